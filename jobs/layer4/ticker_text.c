/* A snapshot explained for people. */
#include "jobs/layer4/ticker_snapshot.h"

#include "core/json.h"
#include "jobs/layer4/snapshot_rows.h"

#include <math.h>
#include <string.h>

enum { FIGURE = 24, WORDS = 400 };

/* Few digits: the exact figures are in the JSON. */
static const char *
figure(struct num v, int digits, char buf[FIGURE])
{
	if (!v.has)
		str_copy(buf, FIGURE, "-");
	else if (fabs(v.v) >= 1000)
		(void)fmt_buf(buf, FIGURE, "%.0f", v.v);
	else
		(void)fmt_buf(buf, FIGURE, "%.*g", digits, v.v);
	return buf;
}

/* As many digits, at most three, as `width` columns hold: rather "-.0547" than one digit less. */
static const char *
narrow(struct num v, size_t width, char buf[FIGURE])
{
	for (int digits = 3; digits > 0 && strlen(figure(v, digits, buf)) > width; digits--) {
		if (!str_starts(buf, "-0.") || strlen(buf) - 1 > width)
			continue;
		memmove(buf + 1, buf + 2, strlen(buf + 2) + 1);
		break;
	}
	return buf;
}

static const char *
with_sign(struct num v, char buf[FIGURE])
{
	if (v.has)
		(void)fmt_buf(buf, FIGURE, "%+.2f", v.v);
	else
		str_copy(buf, FIGURE, "-");
	return buf;
}

static const char *
stored_text(const struct ticker_snapshot *t, const char *column)
{
	return str_or(json_text(t->row, column), "-");
}

static void
add_absence(struct report *out, const char *label, enum absence why)
{
	report_add(out, REPORT_WARN, label, "-  %s", absence_text(why));
}

/* What the page says first: is it explained, and is it still what would be written? */
static void
add_state(const struct ticker_snapshot *t, struct report *out)
{
	char day[DATE_BUF];
	STR_AUTO names = { .max = WORDS };

	date_iso(t->day, day);
	report_add(out, REPORT_PLAIN, "snapshot", "%s of engine %s", day, SNAPSHOT_ENGINE);
	report_add(out, REPORT_PLAIN, "written", "%.19s", stored_text(t, "created_at"));
	if (!t->made) {
		report_add(out, REPORT_WARN, "explained", "no: %s", t->why_not);
		return;
	}
	for (int i = 0; i < rows_count(t->differs); i++)
		str_fmt(&names, "%s%s", i ? ", " : "", rows_text(t->differs, i, 0));
	if (rows_count(t->differs) == 0) {
		report_add(out, REPORT_GOOD, "inputs", "unchanged: it would be written as it is");
		return;
	}
	report_add(out, REPORT_WARN, "inputs", "inputs have changed since this snapshot");
	report_add(out, REPORT_WARN, "", "others now: %s", str_c(&names));
	if (ticker_asked_for(t)) {
		report_add(out, REPORT_DIM, "",
			   "it was made on demand: what the vendor said then is in no table");
		return;
	}
	report_add(out, REPORT_DIM, "", "fintra --as-of %s run fmp-bulk --ticker %s", day,
		   t->symbol);
}

static void
add_statement(const struct snapshot *s, struct report *out)
{
	char day[DATE_BUF];

	if (!s->current)
		add_absence(out, "statement", ABSENT_STATEMENT);
	else
		report_add(out, REPORT_PLAIN, "statement", "%s ending %s, fiscal year %d; %zu rows",
			   s->current->type == PERIOD_TTM ? "TTM" : "FY",
			   date_iso(s->current->end, day), s->current->fiscal_year, s->financials);
}

/* "": of the snapshot's own day. */
static const char *
earlier(const struct ticker_snapshot *t, struct date d, char buf[FIGURE])
{
	int days = t->day.days - d.days;

	buf[0] = '\0';
	if (days > 0)
		(void)fmt_buf(buf, FIGURE, " (%d day%s earlier)", days, num_s(days));
	return buf;
}

static void
add_benchmarks(const struct ticker_snapshot *t, struct report *out)
{
	const struct benchmark_set *b = t->benchmarks;
	char day[DATE_BUF], age[FIGURE];

	if (!date_is_set(b->date))
		add_absence(out, "benchmarks", ABSENT_BENCHMARKS);
	else if (b->general)
		report_add(out, REPORT_WARN, "benchmarks", "%s of General: %s has none%s",
			   date_iso(b->date, day), t->made->rows.sector, earlier(t, b->date, age));
	else
		report_add(out, REPORT_PLAIN, "benchmarks", "%s of %s%s", date_iso(b->date, day),
			   t->made->rows.sector, earlier(t, b->date, age));
}

static void
add_windows_dates(const struct ticker_snapshot *t, struct report *out)
{
	struct date oldest = DATE_NONE, newest = DATE_NONE;
	char from[DATE_BUF], to[DATE_BUF], age[FIGURE];
	int n = 0;

	for (int w = 0; w < WIN_COUNT; w++) {
		const struct performance_row *r = t->made->snapshot.sector.row[w];

		if (!r)
			continue;
		if (n++ == 0 || date_cmp(r->as_of, oldest) < 0)
			oldest = r->as_of;
		if (date_cmp(r->as_of, newest) > 0)
			newest = r->as_of;
	}
	if (n == 0)
		add_absence(out, "windows", ABSENT_WINDOW);
	else if (date_eq(oldest, newest))
		report_add(out, REPORT_PLAIN, "windows", "%d of 7, of %s%s", n,
			   date_iso(newest, to), earlier(t, newest, age));
	else
		report_add(out, REPORT_WARN, "windows", "%d of 7, of %s to %s", n,
			   date_iso(oldest, from), date_iso(newest, to));
}

static void
add_inputs(const struct ticker_snapshot *t, struct report *out)
{
	const struct snapshot *s = &t->made->snapshot;
	const struct sector_facts *f = t->made->sector;
	char day[DATE_BUF], pe[FIGURE];

	report_title(out, "Inputs of the snapshot");
	report_add(out, REPORT_PLAIN, "sector", "%s (%s)", t->made->rows.sector,
		   t->company->stock->fallback ? "of the profile or an earlier snapshot: the "
						 "universe has none"
					       : "of the universe");
	report_add(out, REPORT_PLAIN, "industry", "%s: cadence %s",
		   str_or(t->made->rows.industry, "-"),
		   cadence_name(t->made->rows.profile->cadence));
	add_statement(s, out);
	add_benchmarks(t, out);
	if (s->valued)
		report_add(out, REPORT_PLAIN, "valuation", "%s", date_iso(s->valued->date, day));
	else
		add_absence(out, "valuation", ABSENT_VALUATION);
	add_windows_dates(t, out);
	report_add(out, REPORT_PLAIN, "dividends", "%zu years", t->company->dividend.n);
	report_add(out, REPORT_PLAIN, "profile", "%s",
		   t->company->shown.has_profile ? "yes" : "none");
	if (date_is_set(f->pe_date))
		report_add(out, REPORT_PLAIN, "sector P/E", "%s of %s", figure(f->pe, 4, pe),
			   date_iso(f->pe_date, day));
	else
		report_add(out, REPORT_DIM, "sector P/E", "none by the date");
}

static void
add_points(struct str *line, const struct benchmark *b)
{
	const struct num p[] = { b->p10, b->p25, b->p50, b->p75, b->p90 };
	char buf[FIGURE];

	for (size_t i = 0; i < ARRAY_LEN(p); i++)
		str_fmt(line, " %6s", narrow(p[i], 6, buf));
	str_fmt(line, "%5d %c", b->sample_size, benchmark_confidence_name(b->confidence)[0]);
}

/* The line is made for a screen of 80 columns. */
static void
add_metric(const struct metric_trace *m, const char *last, struct report *out)
{
	char value[FIGURE], name[2 * FIGURE];
	STR_AUTO line = { .max = WORDS };

	(void)fmt_buf(name, sizeof(name), "%s%s", metric_name(m->metric), m->inverted ? " <" : "");
	str_fmt(&line, " %-17s %7s", name, narrow(m->value, 7, value));
	if (m->absence != ABSENT_NOT) {
		report_add(out, REPORT_WARN, NULL, "%s  %s", str_c(&line),
			   absence_text(m->absence));
		return;
	}
	str_fmt(&line, "%4.0f%6s", m->percentile.v, last);
	add_points(&line, m->benchmark);
	report_add(out, REPORT_PLAIN, NULL, "%s", str_c(&line));
}

static void
add_heads(const char *last, struct report *out)
{
	report_add(out, REPORT_DIM, NULL, " %-17s%8s%4s%6s%7s%7s%7s%7s%7s%5s c", "metric", "value",
		   "pct", last, "p10", "p25", "p50", "p75", "p90", "n");
}

/* What the columns of the metrics mean, and what is done with them. */
static void
add_legend(struct report *out)
{
	report_add(out, REPORT_DIM, NULL,
		   "<  less is better: the score is that of 100 less the percentile");
	report_add(out, REPORT_DIM, NULL,
		   "c  trust: h as it is, m times 0.95, l drawn to 50 as n of 20 are missing");
}

static void
add_component(const struct ticker_snapshot *t, int c, struct report *out)
{
	const struct component_trace *k = &t->fgos.component[c];
	const char *name = fgos_dimension_name((enum fgos_dimension)c);
	struct num stored = ticker_stored_in(t, "fgos_components", name);
	char was[FIGURE], score[FIGURE];
	bool same =
		stored.has == k->score.has && (!stored.has || fabs(stored.v - k->score.v) < 1e-9);

	if (k->absence != ABSENT_NOT)
		add_absence(out, name, k->absence);
	else
		report_add(out, REPORT_PLAIN, name, "%.2f  weight %.1f%%", k->score.v,
			   100 * k->weight);
	if (!same)
		report_add(out, REPORT_WARN, "", "stored: %s", figure(stored, 6, was));
	for (size_t i = 0; i < k->n; i++)
		add_metric(&k->metric[i],
			   figure(k->metric[i].score.has ? NUM(k->metric[i].score.effective)
							 : NUM_NONE,
				  4, score),
			   out);
}

static void
add_sum(const struct fgos_trace *f, struct report *out)
{
	STR_AUTO sum = { .max = WORDS };

	for (int c = 0; c < FGOS_COMPONENTS; c++)
		if (f->component[c].score.has)
			str_fmt(&sum, "%s%.4g x %.2f", sum.len ? " + " : "", f->component[c].weight,
				f->component[c].score.v);
	report_add(out, REPORT_PLAIN, NULL, " %s = %.4f", str_c(&sum), f->base.v);
}

static void
add_lacking(const struct fgos_trace *f, struct report *out)
{
	STR_AUTO names = { .max = WORDS };

	add_absence(out, "score", f->absence);
	if (f->absence != ABSENT_REQUIRED)
		return;
	for (int m = 0; m < METRIC_FGOS_COUNT; m++)
		if (f->lacking[m])
			str_fmt(&names, "%s%s", names.len ? ", " : "", metric_name((enum metric)m));
	report_add(out, REPORT_WARN, "", "lacking: %s", str_c(&names));
}

static void
add_recombined(const struct ticker_snapshot *t, struct report *out)
{
	char score[FIGURE];
	bool agrees = ticker_score_agrees(t);

	report_add(out, agrees ? REPORT_GOOD : REPORT_BAD, "recombined", "%s  %s",
		   figure(t->fgos.recombined, 6, score),
		   agrees ? "match: it is the stored score"
			  : "MISMATCH: it is not the stored score");
	if (t->fgos.base.has)
		add_sum(&t->fgos, out);
	if (t->fgos.absence != ABSENT_NOT)
		add_lacking(&t->fgos, out);
}

static void
add_brakes(const struct ticker_snapshot *t, struct report *out)
{
	const struct quality_brakes *b = &t->made->snapshot.fgos.brakes;

	if (!t->made->rows.altman_z.has && !t->made->rows.piotroski.has)
		report_add(out, REPORT_DIM, "brakes",
			   "none: no Altman Z and Piotroski F is stored");
	else
		report_add(out, b->applied ? REPORT_WARN : REPORT_PLAIN, "brakes", "%s",
			   b->applied ? "applied" : "none");
}

static void
add_fgos(const struct ticker_snapshot *t, struct report *out)
{
	char score[FIGURE], percent[FIGURE];

	report_title(out, "FGOS");
	report_add(out, REPORT_PLAIN, "stored", "%s %s  status %s  confidence %s%% %s",
		   figure(ticker_stored(t, "fgos_score"), 6, score),
		   stored_text(t, "fgos_category"), stored_text(t, "fgos_status"),
		   figure(ticker_stored(t, "fgos_confidence_percent"), 6, percent),
		   stored_text(t, "fgos_confidence_label"));
	if (!t->made)
		return;
	add_recombined(t, out);
	add_heads("score", out);
	for (int c = 0; c < FGOS_COMPONENTS; c++)
		add_component(t, c, out);
	add_legend(out);
	add_brakes(t, out);
}

static void
add_window(const struct ticker_snapshot *t, enum window w, struct report *out)
{
	const struct snapshot *s = &t->made->snapshot;
	const struct performance_row *r = s->sector.row[w];
	bool dominant = horizons_has(&t->made->rows.profile->dominant, w);
	struct num p = s->sector.points[w];
	char day[DATE_BUF], a[FIGURE], b[FIGURE], c[FIGURE];

	if (!p.has) {
		report_add(out, dominant ? REPORT_WARN : REPORT_DIM, NULL, " %-6s %-5s %-8s -  %s",
			   window_code(w), ifs_block_name(ifs_block_of(w)), dominant ? "yes" : "no",
			   absence_text(ticker_window_absence(t, w)));
		return;
	}
	report_add(out, dominant ? REPORT_PLAIN : REPORT_DIM, NULL,
		   " %-6s %-5s %-8s %-10s %9s %9s %9s  %s", window_code(w),
		   ifs_block_name(ifs_block_of(w)), dominant ? "yes" : "no",
		   date_iso(r->as_of, day), with_sign(r->asset, a), with_sign(r->against, b),
		   with_sign(p, c),
		   !dominant ? "no vote"
		   : p.v > 0 ? "+1"
		   : p.v < 0 ? "-1"
			     : "0");
}

static void
add_votes(const struct ifs *i, struct report *out)
{
	STR_AUTO s = { .max = WORDS };

	for (int b = 0; b < IFS_BLOCKS; b++)
		if (i->block[b].windows > 0)
			str_fmt(&s, "%s%s %+d", s.len ? ", " : "", ifs_block_name(b),
				i->block[b].vote);
		else
			str_fmt(&s, "%s%s takes no part", s.len ? ", " : "", ifs_block_name(b));
	report_add(out, REPORT_PLAIN, "votes", "%s", str_c(&s));
}

static void
add_ifs(const struct ticker_snapshot *t, struct report *out)
{
	const struct json *ifs = json_get(t->row, "ifs");
	char pressure[FIGURE], percent[FIGURE];

	report_title(out, "IFS");
	if (ifs)
		report_add(out, REPORT_PLAIN, "stored", "%s, pressure %s, confidence %s%% %s",
			   str_or(json_text(ifs, "position"), "-"),
			   figure(json_num(ifs, "pressure"), 3, pressure),
			   figure(json_num(ifs, "confidence"), 3, percent),
			   str_or(json_text(ifs, "confidence_label"), "-"));
	else
		add_absence(out, "stored", ABSENT_BLOCKS);
	if (!t->made)
		return;
	add_votes(&t->made->snapshot.ifs, out);
	report_add(out, REPORT_DIM, NULL, " %-6s %-5s %-8s %-10s %9s %9s %9s  %s", "window",
		   "block", "dominant", "as of", "ticker %", "sector %", "ahead", "vote");
	for (int w = 0; w < WIN_COUNT; w++)
		if (window_is_canonical((enum window)w))
			add_window(t, (enum window)w, out);
}

static void
add_valuation(const struct ticker_snapshot *t, struct report *out)
{
	const struct json *v = json_get(t->row, "valuation");
	const struct json *confidence = json_get(v, "confidence");
	char a[FIGURE], b[FIGURE];

	report_title(out, "Valuation within the sector");
	report_add(out, REPORT_PLAIN, "stored", "%s  stage %s  confidence %s%% %s",
		   str_or(json_text(v, "canonical_status"), "-"),
		   str_or(json_text(v, "stage"), "-"),
		   figure(json_num(confidence, "percent"), 3, a),
		   str_or(json_text(confidence, "label"), "-"));
	if (!t->made)
		return;
	if (t->valuation.absence == ABSENT_NOT)
		report_add(out, REPORT_PLAIN, "median", "percentile %s, range %s",
			   figure(t->made->snapshot.valuation.median, 4, a),
			   figure(t->valuation.range, 4, b));
	else
		add_absence(out, "median", t->valuation.absence);
	add_heads("vsp50", out);
	for (int i = 0; i < VALUATION_MULTIPLES; i++) {
		const struct metric_trace *m = &t->valuation.multiple[i];

		if (m->above_median.has)
			(void)fmt_buf(a, sizeof(a), "%+.0f%%", 100 * m->above_median.v);
		add_metric(m, m->above_median.has ? a : "-", out);
	}
}

static void
add_layers(const struct ticker_snapshot *t, struct report *out)
{
	const struct lifecycle *l = &t->made->snapshot.lifecycle;

	report_title(out, "Life cycle and layers");
	report_add(out, REPORT_PLAIN, "stored", "%s", stored_text(t, "fgos_maturity"));
	if (l->years > 0)
		report_add(out, REPORT_PLAIN, "life cycle", "%s: %d fiscal year%s, %d to %d",
			   maturity_name(l->maturity), l->years, num_s(l->years), l->first_year,
			   l->last_year);
	else
		report_add(out, REPORT_WARN, "life cycle",
			   "%s: no fiscal year with revenue, net income and free cash flow",
			   maturity_name(l->maturity));
	for (int i = 0; i < SNAPSHOT_LAYERS; i++) {
		const struct layer_mark *m = &t->made->snapshot.layers.of[i];

		report_add(out, m->state == LAYER_COMPUTED ? REPORT_PLAIN : REPORT_WARN, NULL,
			   " %-21s %s%s%s", snapshot_layer_name((enum snapshot_layer)i),
			   layer_state_name(m->state), m->reason ? ": " : "",
			   str_or(m->reason, ""));
	}
}

static void
add_codes(struct report *out, const char *label, const struct codes *c)
{
	STR_AUTO s = { .max = WORDS };

	for (size_t i = 0; i < c->n; i++)
		str_fmt(&s, "%s%s", i ? ", " : "", c->at[i]);
	if (c->n > 0)
		report_add(out, REPORT_PLAIN, label, "%s", str_c(&s));
}

static void
add_verdict(const struct ticker_snapshot *t, struct report *out)
{
	const struct json *v = json_get(t->row, "investment_verdict");
	struct ticker_module module[TICKER_MODULES];
	char a[FIGURE], b[FIGURE];

	report_title(out, "Verdict");
	report_add(out, REPORT_PLAIN, "stored", "%s  score %s  confidence %s%s%s",
		   str_or(json_text(v, "verdict"), str_or(json_text(v, "status"), "-")),
		   figure(json_num(v, "score"), 4, a), figure(json_num(v, "confidence"), 4, b),
		   json_text(v, "reason") ? "  reason " : "", str_or(json_text(v, "reason"), ""));
	if (!t->made)
		return;
	report_add(out, REPORT_DIM, NULL, " %-21s %7s %10s  %s", "module", "score", "confidence",
		   "band");
	ticker_modules(t, module);
	for (size_t i = 0; i < TICKER_MODULES; i++) {
		const struct ticker_module *m = &module[i];

		if (m->absence == ABSENT_NOT)
			report_add(out, REPORT_PLAIN, NULL, " %-21s %7s %10s  %s", m->name,
				   figure(m->figures.score, 4, a),
				   figure(m->figures.confidence, 4, b), str_or(m->band, "-"));
		else
			report_add(out, REPORT_WARN, NULL, " %-21s       -  %s", m->name,
				   absence_text(m->absence));
	}
	add_codes(out, "for it", &t->made->appraisal.verdict.positives);
	add_codes(out, "against it", &t->made->appraisal.verdict.negatives);
	add_codes(out, "tensions", &t->made->appraisal.verdict.tensions);
}

static void
add_rank(const struct ticker_snapshot *t, const char *label, const char *column, const char *total,
	 struct report *out)
{
	enum absence why = ticker_rank_absence(t, column);
	char a[FIGURE], b[FIGURE];

	if (why != ABSENT_NOT)
		add_absence(out, label, why);
	else
		report_add(out, REPORT_PLAIN, label, "%s of %s",
			   figure(ticker_stored(t, column), 6, a),
			   figure(ticker_stored(t, total), 6, b));
}

static void
set_head(const struct ticker_snapshot *t, struct report *out)
{
	char day[DATE_BUF], score[FIGURE];
	const char *recombined = !t->made		  ? "not explained"
				 : ticker_score_agrees(t) ? "recombines"
							  : "DOES NOT RECOMBINE";

	(void)fmt_buf(out->head, sizeof(out->head), "snapshot %s%s  FGOS %s %s, %s  IFS %s",
		      date_iso(t->day, day),
		      t->differs && rows_count(t->differs) > 0 ? " INPUTS CHANGED" : "",
		      figure(ticker_stored(t, "fgos_score"), 6, score),
		      stored_text(t, "fgos_category"), recombined,
		      str_or(json_text(json_get(t->row, "ifs"), "position"), "-"));
}

void
ticker_snapshot_text(const struct ticker_snapshot *t, struct report *out)
{
	if (!t->row) {
		report_add(out, REPORT_WARN, NULL, "none of engine %s by this date: %s",
			   SNAPSHOT_ENGINE, t->made ? "fmp-bulk has not run for it" : t->why_not);
		if (t->made)
			report_add(out, REPORT_DIM, NULL, "fintra run fmp-bulk --ticker %s",
				   t->symbol);
		str_copy(out->head, sizeof(out->head), "no snapshot by this date");
		return;
	}
	set_head(t, out);
	add_state(t, out);
	if (t->made)
		add_inputs(t, out);
	add_fgos(t, out);
	add_ifs(t, out);
	add_valuation(t, out);
	if (t->made)
		add_layers(t, out);
	add_verdict(t, out);
	report_title(out, "Ranks");
	add_rank(t, "in the sector", "sector_rank", "sector_rank_total", out);
	add_rank(t, "in the industry", "industry_rank", "industry_rank_total", out);
}
