#!/usr/bin/perl
# The rows of datos_financieros at one as-of date, from the vendor's statement files by jobs.md 2.4 and engines.md
# 7.5, 7.6 alone: no database, no code of the program.  Everything of one company at once, the plain way.
#   financials.pl DATA AS_OF YEAR...     DATA holds KIND-bulk_YEAR_PERIOD.csv and key-metrics-ttm-bulk.csv;
#                                        one CSV line per row, empty = NULL, columns as printed below
use strict;
use warnings;
use Time::Local qw(timegm);

my ($data, $as_of, @years) = @ARGV;
die "usage: financials.pl DATA AS_OF YEAR...\n" unless @years;

sub days {
	my ($y, $m, $d) = split /-/, shift;
	return timegm(0, 0, 0, $d, $m - 1, $y) / 86400;
}

sub cells {
	my ($line) = @_;
	my @cell;
	$line =~ s/\r?\n\z//;
	while ($line =~ /\G(?:"((?:[^"]|"")*)"|([^,]*))(,|\z)/g) {
		my ($cell, $end) = (defined $1 ? $1 : $2, $3);
		$cell =~ s/""/"/g;
		push @cell, $cell;
		last if $end eq '';
	}
	return @cell;
}

sub table {
	my ($path) = @_;
	my @rows;
	open my $in, '<', $path or return;
	my @names = cells(scalar <$in>);
	while (my $line = <$in>) {
		next if $line =~ /^\s*$/;
		my @c = cells($line);
		my %row;
		for my $i (0 .. $#names) {
			$row{$names[$i]} = $c[$i] if defined $c[$i] && $c[$i] ne '';
		}
		push @rows, \%row;
	}
	return @rows;
}

my (%statement, %company);    # {kind}{symbol}{date}; {symbol} = list of income rows
for my $year (@years) {
	for my $period (qw(FY Q1 Q2 Q3 Q4)) {
		for my $kind (qw(income balance-sheet cash-flow)) {
			for my $row (table("$data/$kind-statement-bulk_${year}_$period.csv")) {
				next if days($row->{date}) > days($as_of);
				$statement{$kind}{$row->{symbol}}{$row->{date}}{$row->{period} eq 'FY' ? 'FY' : 'Q'} = $row;
				push @{$company{$row->{symbol}}}, $row if $kind eq 'income';
			}
		}
	}
}
my %metrics = map { $_->{symbol} => $_ } table("$data/key-metrics-ttm-bulk.csv");

sub part {    # the statement of the same company, day and sort of period
	my ($kind, $income) = @_;
	return $statement{$kind}{$income->{symbol}}{$income->{date}}{$income->{period} eq 'FY' ? 'FY' : 'Q'};
}

sub ratio {
	my ($a, $b) = @_;
	return undef if !defined $a || !defined $b || $a == 0 || $b == 0;
	return $a / $b;
}

sub nz { return defined $_[0] ? $_[0] : 0 }

sub growth {    # over the fiscal years up to a day
	my ($history, $field, $end) = @_;
	my @p = grep { days($_->{date}) <= days($end) && defined $_->{$field} && $_->{$field} != 0 } @$history;
	return undef if @p < 3;
	my $years = (days($p[-1]{date}) - days($p[0]{date})) / 365;
	return undef if $years < 2;
	my $q = $p[-1]{$field} / $p[0]{$field};
	return undef if $q < 0;
	return $q**(1 / $years) - 1;
}

sub derive {
	my ($r, $history) = @_;
	my $fcf = defined $r->{fcf} ? $r->{fcf} : nz($r->{ocf}) - abs nz($r->{capex});
	my $invested = nz($r->{equity}) + nz($r->{debt});
	my $shares = defined $r->{diluted} && $r->{diluted} != 0 ? $r->{diluted} : $r->{basic};
	my $complete = 0;
	for my $f (qw(revenue net equity ocf)) {
		$complete += 20 if defined $r->{$f} && $r->{$f} != 0;
	}
	$complete += 20 if defined $r->{debt};
	my $fresh = days($as_of) - days($r->{end});
	my $roic = defined $r->{roic} ? $r->{roic} : ratio($r->{net}, $invested);
	return (
		$r->{revenue}, $r->{net}, $r->{ebitda}, $fcf, $r->{capex}, $r->{equity}, $r->{debt}, $invested,
		ratio($r->{equity}, $shares), $shares, $r->{cash}, ratio($r->{gross}, $r->{revenue}),
		ratio($r->{operating}, $r->{revenue}), ratio($r->{ebitda}, $r->{revenue}), ratio($r->{net}, $r->{revenue}),
		ratio($fcf, $r->{revenue}), $roic, ratio($r->{net}, $r->{equity}), undef,
		ratio($r->{assets}, $r->{liabilities}), ratio($r->{debt}, $r->{equity}), ratio($r->{operating}, $r->{interest}),
		growth($history, 'revenue', $r->{end}), growth($history, 'net', $r->{end}),
		growth($history, 'equity', $r->{end}), growth($history, 'fcf', $r->{end}), $complete, $fresh > 0 ? $fresh : 0
	);
}

my %flow = (
	revenue => 'revenue', net => 'netIncome', operating => 'operatingIncome', interest => 'interestExpense',
	gross => 'grossProfit', ebitda => 'ebitda', diluted => 'weightedAverageShsOutDil', basic => 'weightedAverageShsOut',
);
my %stand = (
	equity => 'totalStockholdersEquity', debt => 'totalDebt', assets => 'totalCurrentAssets',
	liabilities => 'totalCurrentLiabilities', cash => 'cashAndCashEquivalents',
);
my %paid = (ocf => 'operatingCashFlow', capex => 'capitalExpenditure');

sub figures {
	my ($income) = @_;
	my ($balance, $cash) = (part('balance-sheet', $income), part('cash-flow', $income));
	my %r = (end => $income->{date});
	$r{$_} = $income->{$flow{$_}} for keys %flow;
	$r{$_} = $balance->{$stand{$_}} for keys %stand;
	$r{$_} = $cash->{$paid{$_}} for keys %paid;
	return \%r;
}

sub put {
	my ($symbol, $type, $label, $end, @v) = @_;
	print join(',', $symbol, $type, $label, $end, map { defined $_ ? (/^-?[0-9]+$/ ? $_ : sprintf('%.17g', $_)) : '' } @v), "\n";
}

sub label {
	my ($income) = @_;
	return substr $income->{date}, 0, 4 if $income->{period} eq 'FY';
	return (defined $income->{fiscalYear} ? $income->{fiscalYear} : substr($income->{date}, 0, 4)) . $income->{period};
}

sub adjacent {
	my ($a, $b) = @_;    # older, newer
	my ($ya, $qa) = label($a) =~ /^(\d+)Q(\d)$/;
	my ($yb, $qb) = label($b) =~ /^(\d+)Q(\d)$/;
	return 1 if ($ya == $yb && $qb == $qa + 1) || ($yb == $ya + 1 && $qa == 4 && $qb == 1);
	my $gap = days($b->{date}) - days($a->{date});
	return $gap >= 75 && $gap <= 105;
}

sub sum {
	my (@v) = @_;
	my $s = 0;
	for my $v (@v) {
		return undef unless defined $v;
		$s += $v;
	}
	return $s;
}

for my $symbol (sort keys %company) {
	my (%fy, %q);
	for my $i (sort { days($a->{date}) <=> days($b->{date}) } @{$company{$symbol}}) {
		my $kind = $i->{period} eq 'FY' ? \%fy : \%q;
		$kind->{label($i)} = $i;
	}
	my @history;
	for my $l (sort keys %fy) {
		next unless part('balance-sheet', $fy{$l}) && part('cash-flow', $fy{$l});
		my $r = figures($fy{$l});
		push @history, { date => $r->{end}, revenue => $r->{revenue}, net => $r->{net}, equity => $r->{equity},
			fcf => nz($r->{ocf}) - abs nz($r->{capex}) };
		put($symbol, 'FY', $l, $r->{end}, derive($r, \@history));
	}
	for my $l (sort keys %q) {
		next unless part('balance-sheet', $q{$l}) && part('cash-flow', $q{$l});
		my $r = figures($q{$l});
		put($symbol, 'Q', $l, $r->{end}, derive($r, \@history));
	}
	my @newest = sort { days($b->{date}) <=> days($a->{date}) } values %q;
	next if @newest < 4;
	my @four = reverse @newest[0 .. 3];
	next unless part('balance-sheet', $four[3]);
	next if grep { !part('cash-flow', $_) } @four;
	next if grep { !adjacent($four[$_], $four[$_ + 1]) } 0 .. 2;
	my %r = (end => $four[3]{date});
	for my $f (keys %flow) {
		$r{$f} = $f =~ /^(diluted|basic)$/ ? $four[3]{$flow{$f}} : sum(map { $_->{$flow{$f}} } @four);
	}
	my $balance = part('balance-sheet', $four[3]);
	$r{$_} = $balance->{$stand{$_}} for keys %stand;
	my @cash = map { part('cash-flow', $_) } @four;
	for my $f (keys %paid) {
		$r{$f} = sum(map { $_->{$paid{$f}} } @cash);
	}
	$r{fcf} = sum(map { nz($_->{operatingCashFlow}) - abs nz($_->{capitalExpenditure}) } @cash);
	$r{roic} = $metrics{$symbol}{returnOnInvestedCapitalTTM} if $metrics{$symbol};
	put($symbol, 'TTM', label($four[3]), $r{end}, derive(\%r, \@history));
}
