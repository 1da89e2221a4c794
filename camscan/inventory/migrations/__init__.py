"""Migrations of the inventory, run by Alembic. Forward only: there are no downgrades."""
