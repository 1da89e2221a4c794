-- Which known device was in contact with whom, how often, when first and last, and how much went each way.
-- The one query over flows. It is plain SQL (joins, groups, MIN, MAX, SUM, COUNT, FLOOR, COALESCE) and asks of two
-- tables, wherever they are:
--
-- flows: one row for one connection or attempt
--   record          number of the row, line or packet in its source, from 1: the evidence
--   time            when it began, seconds since 1970 UTC; NULL where that cannot be read
--   duration        seconds; NULL: not recorded
--   source          address that began it, as text in its canonical spelling (RFC 5952)
--   destination     address it was made to
--   port            the destination's port
--   protocol        tcp, udp, icmp, ...
--   state           what became of it, in the words of the source
--   bytes_sent      bytes that the source sent; NULL: not recorded
--   bytes_received  bytes that the source got
--
-- known: one row for each time during which nothing changed at an address of a known device
--   address         in the spelling of flows
--   since, until    seconds since 1970 UTC, from and up to but not including; of one address they do not overlap
--   turn            their number, from 0
--
-- The answer has a row for each pair of addresses, port, protocol, state and UTC day; connections before and after an
-- address changed hands stand apart. What has no time is given with no day. Of all of them record is the first.
--
-- Where a database has no such thing: times as text or timestamps are made seconds in the view flows.
SELECT
    MIN(f.record) AS record,
    f.source,
    f.destination,
    f.protocol,
    f.port,
    f.state,
    FLOOR(f.time / 86400) AS day,
    s.turn AS source_turn,
    d.turn AS destination_turn,
    COUNT(*) AS connections,
    MIN(f.time) AS began,
    MAX(f.time + COALESCE(f.duration, 0)) AS ended,
    SUM(f.bytes_sent) AS bytes_sent,
    SUM(f.bytes_received) AS bytes_received
FROM flows AS f
LEFT JOIN known AS s ON s.address = f.source AND f.time >= s.since AND f.time < s.until
LEFT JOIN known AS d ON d.address = f.destination AND f.time >= d.since AND f.time < d.until
WHERE s.address IS NOT NULL OR d.address IS NOT NULL OR f.time IS NULL
GROUP BY f.source, f.destination, f.protocol, f.port, f.state, FLOOR(f.time / 86400), s.turn, d.turn
