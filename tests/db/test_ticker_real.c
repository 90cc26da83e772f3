/* `ticker` over every company of a day of real data: the components that it shows make up the score
 * that is stored.  The arithmetic here is that of engines.md 2.4 and 3.1-3.3 as written there, on
 * the figures of the JSON alone; weights and factors are those of the document. */
#include "core/ticker.h"
#include "jobs/catalogue.h"
#include "jobs/jobs.h"
#include "tests/support_layer3.h"

#include <math.h>
#include <setjmp.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SUMMER "2018-07-18" /* the last day with prices */
#define WINTER "2018-12-31" /* with fiscal year 2018 all nine metrics of FGOS are there */
#define SPRING "2018-04-02"
#define LOADED "2019-01-02"

static bool ready;

#define NEEDS_DATA()            \
	do {                    \
		(void)state;    \
		if (!ready)     \
			skip(); \
	} while (0)

static void
run_ok(const struct job *job, const char *as_of, const char *param, const char *more)
{
	struct outcome o = GROUND_RUN(&ground, job, as_of, param, more, NULL);

	if (o.state != RUN_SUCCESS)
		fail_msg("%s at %s: %s", job->name, as_of, o.err.text);
}

/* Layers 0 to 5. */
static void
fill(void)
{
	run_ok(&job_sync_universe, SUMMER, NULL, NULL);
	run_ok(&job_industry_classification, SUMMER, NULL, NULL);
	run_ok(&job_prices_daily, SUMMER, "start=" SPRING, "end=" SUMMER);
	run_ok(&job_performance_bulk, SUMMER, NULL, NULL);
	run_ok(&job_sector_performance, SUMMER, NULL, NULL);
	run_ok(&job_performance_windows, SUMMER, NULL, NULL);
	run_ok(&job_financials_bulk, LOADED, "years=2012-2016,2018", NULL);
	run_ok(&job_valuation, WINTER, NULL, NULL);
	run_ok(&job_sector_benchmarks, WINTER, NULL, NULL);
	run_ok(&job_fmp_bulk, WINTER, NULL, NULL);
	run_ok(&job_compute_ranks, WINTER, NULL, NULL);
}

static int
load(void **state)
{
	const char *real = support_real(".");
	char path[600], to[300];

	(void)state;
	ground_open(&ground, "ticker_real");
	for (int i = 0; real && i < 2; i++) {
		const char *part = i ? "prices" : "fmp-shape";

		(void)fmt_buf(path, sizeof(path), "%s/%s", real, part);
		(void)fmt_buf(to, sizeof(to), "%s/%s", ground.dir, part);
		assert_int_equal(symlink(path, to), 0);
	}
	if (!real)
		return 0;
	fill();
	ready = true;
	return 0;
}

static int
unload(void **state)
{
	(void)state;
	ground_close(&ground);
	return 0;
}

/* engines.md 3.1 */
static const struct {
	const char *name;
	double weight;
} document[] = {
	{ "growth", 0.25 }, { "profitability", 0.30 }, { "efficiency", 0.20 }, { "solvency", 0.25 }
};

static const char *ticker; /* of which is spoken */

static void
near(const char *what, double a, double b)
{
	if (fabs(a - b) > 1e-9 * fmax(1, fabs(a)))
		fail_msg("%s: %s %.17g is not %.17g", ticker, what, a, b);
}

/* engines.md 2.4 with 3.3: less debt scores higher. */
static double
metric_by_hand(const struct json *m)
{
	static const char *const edge[] = { "p10", "p25", "p50", "p75" };
	static const double raw[] = { 10, 25, 50, 75, 90 };
	const struct json *b = json_get(m, "benchmark");
	const char *confidence = json_text(b, "confidence"), *name = json_text(m, "name");
	double v = json_num(m, "value").v, n = json_num(b, "sample_size").v, score, w;
	size_t i = 0;

	while (i < ARRAY_LEN(edge) && v > json_num(b, edge[i]).v)
		i++;
	near(name, json_num(m, "percentile").v, raw[i]);
	score = str_same(name, "debt_to_equity") ? 100 - raw[i] : raw[i];
	assert_int_equal(json_bool(m, "inverted", false), str_same(name, "debt_to_equity"));
	if (str_same(confidence, "medium"))
		return 0.95 * score;
	w = str_same(confidence, "low") ? fmin(1, n / 20) : 1;
	return score * w + 50 * (1 - w);
}

/* The mean over the metrics that have a score; false when none has. */
static bool
component_by_hand(const struct json *c, double *out, long *metrics)
{
	double sum = 0;
	long n = 0;

	for (const struct json *m = json_first(json_get(c, "metrics")); m; m = json_next(m)) {
		struct num score = json_num(m, "score");

		if (score.has == (json_text(m, "reason") != NULL))
			fail_msg("%s: %s has both a score and a reason, or neither", ticker,
				 json_text(m, "name"));
		if (!score.has)
			continue;
		near(json_text(m, "name"), score.v, metric_by_hand(m));
		sum += score.v;
		n++;
	}
	*metrics += n;
	*out = n > 0 ? sum / (double)n : 0;
	return n > 0;
}

struct counts {
	long tickers, scored, metrics, absent;
};

static void
check_fgos(const struct json *f, struct counts *k)
{
	const struct json *components = json_get(f, "components");
	struct num stored = json_num(f, "stored");
	double sum = 0, all = 0, s[ARRAY_LEN(document)];
	bool has[ARRAY_LEN(document)];

	assert_int_equal(json_len(components), ARRAY_LEN(document));
	for (size_t i = 0; i < ARRAY_LEN(document); i++) {
		const struct json *c = json_at(components, i);

		assert_string_equal(json_text(c, "name"), document[i].name);
		has[i] = component_by_hand(c, &s[i], &k->metrics);
		assert_int_equal(json_num(c, "score").has, has[i]);
		assert_int_equal(json_text(c, "reason") != NULL, !has[i]);
		if (has[i]) {
			near(document[i].name, json_num(c, "score").v, s[i]);
			near("stored", json_num(c, "stored").v, s[i]);
		}
		all += has[i] ? document[i].weight : 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(document); i++) {
		const struct json *c = json_at(components, i);
		double weight = json_num(c, "weight").v;

		near("weight", weight, has[i] ? document[i].weight / all : 0);
		sum += weight * (has[i] ? json_num(c, "score").v : 0);
	}
	assert_int_equal(stored.has, all > 0);
	assert_true(json_bool(f, "match", false));
	if (!stored.has) {
		assert_non_null(json_text(f, "reason"));
		k->absent++;
		return;
	}
	near("score", floor(sum + 0.5 + 1e-9), stored.v);
	near("recombined", json_num(f, "recombined").v, stored.v);
	k->scored++;
}

/* What stands in the table, without the program. */
static void
check_stored(const struct json *f)
{
	char sql[200], text[64];
	double v;

	(void)fmt_buf(sql, sizeof(sql),
		      "SELECT coalesce(fgos_score::text, 'null') FROM fintra_snapshots WHERE "
		      "ticker = '%s' AND snapshot_date = '" WINTER "'",
		      ticker);
	ground_text(&ground, sql, text, sizeof(text));
	assert_int_equal(json_num(f, "stored").has, strcmp(text, "null") != 0);
	if (num_parse(text, strlen(text), &v))
		near("the table", json_num(f, "stored").v, v);
}

static void
look(const char *day, struct db *db, struct ticker_look *out)
{
	struct err e = ERR_INIT;
	struct ticker_ask ask = { .db = db, .symbol = ticker, .rows = 1 };

	assert_true(date_parse(day, &ask.as_of));
	if (ticker_look(&fintra_catalogue, &ask, out, &e) < 0)
		fail_msg("%s: %s", ticker, e.text);
}

static void
test_components_make_up_the_score(void **state)
{
	struct counts k = { 0, 0, 0, 0 };
	struct err e = ERR_INIT;

	NEEDS_DATA();
	DB_AUTO db = support_open(ground.conninfo);
	ROWS_AUTO r = db_query_sql(
		db,
		"SELECT ticker FROM fintra_snapshots WHERE snapshot_date = '" WINTER "' ORDER BY 1",
		NULL, 0, &e);
	assert_non_null(r);
	for (int i = 0; i < rows_count(r); i++) {
		struct ticker_look l;
		const struct json *s;

		ticker = rows_text(r, i, 0);
		look(LOADED, db, &l);
		s = json_get(l.json, "snapshot");
		assert_string_equal(json_text(s, "date"), WINTER);
		if (json_bool(s, "inputs_changed", true))
			fail_msg("%s: %s is the same", ticker,
				 json_as_text(json_first(json_get(s, "changed_columns"))));
		check_fgos(json_get(s, "fgos"), &k);
		check_stored(json_get(s, "fgos"));
		k.tickers++;
		ticker_look_done(&l);
	}
	printf("INFO: %ld tickers: %ld scores recombined of %ld metrics, %ld without a score and "
	       "with its reason\n",
	       k.tickers, k.scored, k.metrics, k.absent);
	assert_true(k.tickers > 150 && k.scored > 150 && k.metrics > 1200);
	assert_int_equal(k.scored + k.absent, k.tickers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_components_make_up_the_score),
	};

	return cmocka_run_group_tests_name("ticker_real", tests, load, unload);
}
