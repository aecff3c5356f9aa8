-- Why: what a content sounds like decides how loud it airs, and measuring it anew at every start would take minutes.

-- As JSON; null for what an earlier version decoded: that is decoded and measured once more, in the background.
alter table content_verdict add column measures text;
