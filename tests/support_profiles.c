#include "tests/support_profiles.h"

#include "jobs/jobs.h"

const char profiles_row[] =
	"SELECT concat_ws('|', company_name, description, sector, industry, country, website, ceo, "
	"employees, source, (updated_at AT TIME ZONE 'UTC')::date) FROM company_profiles WHERE "
	"ticker = "
	"'AAA'";

struct outcome
profiles_load(const char *a, const char *b)
{
	return GROUND_RUN(&ground, &job_company_profile, AS_OF, a, b, NULL);
}

void
profiles_single(const char *ticker, const char *members)
{
	char request[80], text[2048];

	(void)fmt_buf(request, sizeof(request), "/stable/profile?symbol=%s", ticker);
	(void)fmt_buf(text, sizeof(text), "[{\"symbol\":\"%s\",%s}]", ticker, members);
	ground_body(&ground, request, 200, text);
}
