/* A playbook as lines, and which of them is about what. */
#include "core/incident.h"

#include <string.h>

bool
incident_about(const struct incident *in, const char *name)
{
	size_t n = strlen(name);

	for (const char *const *c = in->diagnose; c && *c; c++)
		for (const char *p = strstr(*c, name); p; p = strstr(p + 1, name))
			if (p > *c && p[-1] == ' ' && (p[n] == ' ' || p[n] == '\0'))
				return true;
	return false;
}

/* "DATE" becomes the session. */
static void
add_command(struct report *out, const char *command, struct date day)
{
	static const char word[] = "DATE";
	const char *at = strstr(command, word);
	char iso[DATE_BUF];

	if (!at || !date_is_set(day))
		report_add(out, REPORT_PLAIN, NULL, "%s", command);
	else
		report_add(out, REPORT_PLAIN, NULL, "%.*s%s%s", (int)(at - command), command,
			   date_iso(day, iso), at + strlen(word));
}

void
incident_report(const struct incident *in, struct date day, struct report *out)
{
	report_title(out, "%s: %s", in->name, in->title);
	report_add(out, REPORT_PLAIN, NULL, "Symptom: %s.", in->symptom);
	report_add(out, REPORT_PLAIN, NULL, "Cause: %s.", in->cause);
	report_title(out, "To tell it:");
	for (const char *const *c = in->diagnose; c && *c; c++)
		add_command(out, *c, day);
	report_title(out, "To repair it (fintra fix does the same, each step once):");
	for (const char *const *c = in->remedy; c && *c; c++)
		add_command(out, *c, day);
	if (!in->steps)
		return;
	report_title(out, "To practise it, in a shell:");
	report_add(out, REPORT_PLAIN, NULL, "fintra demo --incident %s", in->name);
}
