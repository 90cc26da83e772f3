-- Freshness asks these tables for their newest dates.  Five years of them are some two million rows each, and
-- industries come first in their keys: without an index each look reads all of it (0.2 to 1 s a table).

CREATE INDEX industry_performance_date ON public.industry_performance (performance_date);
CREATE INDEX industry_benchmarks_date ON public.industry_benchmarks (snapshot_date);
CREATE INDEX industry_alpha_date ON public.industry_alpha (performance_date);
