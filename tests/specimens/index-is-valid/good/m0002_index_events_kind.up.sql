-- Built partition by partition, so that no lock is held on all of them.
CREATE INDEX IF NOT EXISTS events_kind ON ONLY events (kind);
CREATE INDEX IF NOT EXISTS events_2025_kind ON events_2025 (kind);
ALTER INDEX events_kind ATTACH PARTITION events_2025_kind;

CREATE INDEX IF NOT EXISTS events_2026_kind ON events_2026 (kind);
ALTER INDEX events_kind ATTACH PARTITION events_2026_kind;
