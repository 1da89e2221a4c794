"""What Alembic runs: the migrations, on the connection and within the transaction that ``upgrade.py`` hands over."""

from alembic import context

from camscan.inventory.schema import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
