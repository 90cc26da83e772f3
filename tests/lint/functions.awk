# Prints functions over 80 lines.  A definition starts in column 0 with its name, its brace stands in
# column 0 and so does the closing one.
FNR == 1 { name = ""; open = 0 }
/^[a-z_][a-zA-Z0-9_]*\(/ && !/;[ \t]*$/ { name = $0; start = FNR }
/^\{/ && name != "" { open = 1 }
/^\}/ && open {
	if (FNR - start + 1 > 80)
		printf "%s:%d: function of %d lines: %s\n", FILENAME, start, FNR - start + 1, name
	name = ""
	open = 0
}
