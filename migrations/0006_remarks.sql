-- Why: reports ask which notes and corrections a row of the log has, and a log of years must not be walked for that.

create index airing_log_remarks on airing_log (corrects) where corrects is not null;
