-- Why: what the station must remember over a power cut besides the log; all of it may change and none of it is evidence.

-- The single row of this installation. `station_id` is made at the first start and goes into every row of the log.
create table station (
    id            integer not null primary key check (id = 1),
    station_id    text    not null,
    settled_until text
) strict;

-- Attempts that are about to start or on the air; `started_at` is null until the first frame has played. Instants in
-- UTC with microseconds, `facts` is the airing as JSON.
create table on_air (
    airing         text    not null,
    attempt        integer not null,
    facts          text    not null,
    alive_at       text    not null,
    started_at     text,
    start_error_us integer,
    aired_ms       integer not null default 0,
    elapsed_ms     integer not null default 0,
    xruns          integer not null default 0,
    starved_ms     integer not null default 0,
    level_dbfs     integer not null default -120,
    peak_dbfs      integer not null default -120,
    primary key (airing, attempt)
) strict, without rowid;

-- Rundowns frozen 60 s before their start; `done` when every item is final.
create table rundown (
    programme    text    not null,
    scheduled_at text    not null,
    json         text    not null,
    done         integer not null default 0,
    primary key (programme, scheduled_at)
) strict, without rowid;

create index rundown_open on rundown (done) where done = 0;

-- Every schedule that was taken over, so that time off is filled from the one then in force.
create table schedule_taken (
    id       integer not null primary key,
    taken_at text    not null,
    sha256   text    not null,
    text     text    not null
) strict;

create index schedule_taken_at on schedule_taken (taken_at);

-- What lies behind the files under audio/, so that an unchanged file is not hashed again.
create table file_state (
    path        text    not null primary key,
    size        integer not null,
    mtime_ns    integer not null,
    ctime_ns    integer not null,
    inode       integer not null,
    sha256      text    not null,
    duration_ms integer
) strict, without rowid;

-- What the full decode said of each content: its length, or why it must not air.
create table content_verdict (
    sha256      text not null primary key,
    duration_ms integer,
    fault       text,
    verified_at text not null,
    check ((duration_ms is null) <> (fault is null))
) strict, without rowid;
