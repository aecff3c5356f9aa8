-- Why: the airing log is evidence, so the database itself must refuse to alter, remove or reorder what was written.

-- Version 1 of the log: the columns in the order in which exports print them. The two UTC columns at the end only serve
-- queries; they are not hashed, and `loa log verify` compares them with the instants that are.
create table airing_log (
    v               integer not null,
    seq             integer not null primary key,
    station_id      text    not null,
    station         text    not null,
    airing          text    not null,
    attempt         integer not null,
    programme       text,
    programme_title text,
    item            text,
    kind            text    not null,
    bulletin        integer,
    title           text,
    genre           text,
    themes          text    not null,
    author          text,
    source          text,
    approval        text,
    approved_by     text,
    approved_at     text,
    zones           text    not null,
    zone_names      text    not null,
    priority        text    not null,
    scheduled_at    text    not null,
    started_at      text,
    ended_at        text,
    start_error_us  integer,
    planned_ms      integer,
    aired_ms        integer not null,
    outcome         text,
    reason          text,
    output          text    not null,
    device          text,
    level_dbfs      integer,
    peak_dbfs       integer,
    gain_cb         integer,
    trimmed_ms      integer,
    xruns           integer not null,
    starved_ms      integer not null,
    sha256          text,
    text_sha256     text,
    voice           text,
    clock           text    not null,
    boot_id         text    not null,
    "by"            text,
    via             text,
    why             text,
    corrects        integer,
    note            text,
    recorded_at     text    not null,
    prev_hash       text    not null,
    hash            text    not null,
    scheduled_at_utc text   not null,
    started_at_utc   text
) strict;

create unique index airing_log_attempt on airing_log (airing, attempt);
create index airing_log_scheduled_at on airing_log (scheduled_at_utc);
-- Which contents are still named: what no row names is swept from the content store.
create index airing_log_content on airing_log (sha256) where sha256 is not null;
-- Two questions of every start, answered without a walk through the log.
create index airing_log_synchronised on airing_log (seq) where clock = 'synchronised';
create index airing_log_emergency on airing_log (seq) where kind = 'emergency';

create trigger airing_log_no_update before update on airing_log
begin
    select raise(abort, 'the airing log is append-only: no row may be changed');
end;

create trigger airing_log_no_delete before delete on airing_log
begin
    select raise(abort, 'the airing log is append-only: no row may be removed');
end;

-- The third rule is more than the unique index: without it, REPLACE would remove the older row of the same attempt.
create trigger airing_log_chain before insert on airing_log
begin
    select raise(abort, 'the airing log is append-only: seq must be the last one plus 1')
    where new.seq is not (select coalesce(max(seq), 0) + 1 from airing_log);
    select raise(abort, 'the airing log is append-only: prev_hash must be the hash of the last row')
    where new.prev_hash is not coalesce(
        (select hash from airing_log order by seq desc limit 1),
        '0000000000000000000000000000000000000000000000000000000000000000'
    );
    select raise(abort, 'the airing log is append-only: this attempt is in it already')
    where exists (select 1 from airing_log where airing = new.airing and attempt = new.attempt);
end;
