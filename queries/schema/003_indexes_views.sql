-- Indexes of the console's own queries, and the view of active stocks.

CREATE INDEX performance_windows_as_of ON public.performance_windows (as_of_date);
CREATE INDEX datos_performance_date_window ON public.datos_performance (performance_date, window_code);
CREATE INDEX fintra_snapshots_date ON public.fintra_snapshots (snapshot_date);
CREATE INDEX prices_daily_date ON public.prices_daily (price_date);
CREATE INDEX datos_valuacion_date ON public.datos_valuacion (valuation_date);
CREATE INDEX datos_financieros_period_end ON public.datos_financieros (period_end_date);

-- Active companies: no warrants or rights.  Readers filter is_active and type = 'stock'.
CREATE VIEW public.fintra_active_stocks AS
SELECT ticker, name, exchange, exchange_short, 'stock'::text AS type, currency, is_active, first_seen,
       last_seen, source
  FROM public.fintra_universe
 WHERE is_active
   AND instrument_type IN ('EQUITY', 'ADR')
   AND ticker NOT LIKE '%-WT%'
   AND ticker NOT LIKE '%-RT%'
   AND coalesce(name, '') !~* '\y(warrants?|rights?)\y';
