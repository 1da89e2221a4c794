-- Rows of Zeek's conn.log as the table flows of contacts.sql, for DuckDB, whose own are: read_csv, ROW_NUMBER() without
-- an order (the order of the file), regexp_full_match, contains, TRY_CAST.
--
-- Rows of addresses that are not known are dropped before anything else is looked at. A row is given a time only where
-- all its numbers have the form that Zeek writes, with times up to the year 2096, and where no IPv6 address has another
-- spelling than the canonical one: whatever has none is read line by line instead. $odd tells such a spelling.
SELECT
    record,
    CASE
        WHEN
            regexp_full_match(
                time || ' ' || duration || ' ' || sent || ' ' || received,
                '[0-3]?[0-9]{1,9}(\.[0-9]{1,9})? (-|[0-9]{1,9}(\.[0-9]{1,9})?) (-|[0-9]{1,15}) (-|[0-9]{1,15})'
            )
            AND NOT ($odd)
            THEN TRY_CAST(time AS DOUBLE)
    END AS time,
    TRY_CAST(duration AS DOUBLE) AS duration,
    source,
    destination,
    port,
    protocol,
    state,
    TRY_CAST(sent AS BIGINT) AS bytes_sent,
    TRY_CAST(received AS BIGINT) AS bytes_received
FROM (
    SELECT *
    FROM (
        SELECT
            ROW_NUMBER() OVER () AS record,
            $time AS time,
            $duration AS duration,
            $source AS source,
            $destination AS destination,
            $port AS port,
            $protocol AS protocol,
            $state AS state,
            $sent AS sent,
            $received AS received
        FROM read_csv(
            '$path',
            columns = {$columns},
            delim = '\t', new_line = '\n', quote = '', escape = '', comment = '', header = false,
            auto_detect = false, ignore_errors = true, max_line_size = 65536, buffer_size = 8388608
        )
    )
    WHERE source IN (SELECT address FROM known) OR destination IN (SELECT address FROM known) OR ($odd)
)
