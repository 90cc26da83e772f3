#!/usr/bin/perl
# The rows of fintra_snapshots at one as-of date, every engine and every field, from the vendor's CSV files by
# engines.md 1 to 9 and jobs.md 2.17, 2.19, 2.22 and 5.4 alone: no database, no code of the program.  Returns,
# statements, valuations and dividends come from the scripts beside this one, which read the same files; sector
# benchmarks are made here.
#   snapshots.pl DATA AS_OF TMP YEAR...   DATA holds prices/ and fmp-shape/, YEARs are those of its statements,
#                                         TMP is an empty folder
# One line per leaf of a row: ticker, path, value, with tabs between; null, true and false as JSON writes them,
# array elements by number.  Sentences for readers are left out.
# What the files lack is taken from what they have, by rules that whoever compares follows in the tables: as the
# market stands one company, MARKET, and as multiples of earlier years those of neighbours in the alphabet, older().
use strict;
use warnings;
use FindBin qw($Bin);
use POSIX qw(floor);
use lib $Bin;
use Engines;
use constant MARKET => 'KO';

my ($data, $as_of, $tmp, @years) = @ARGV;
die "usage: snapshots.pl DATA AS_OF TMP YEAR...\n" unless @years;
my $shape = "$data/fmp-shape";

# --- what the files say

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
	return map { $_ eq '' ? undef : $_ } @cell;
}

# Rows of CSV from a file or a command, with these names for the columns or those of the first line.
sub rows {
	my ($in, @names) = @_;
	my @rows;
	@names = cells(scalar <$in>) unless @names;
	while (my $line = <$in>) {
		my %row;
		@row{@names} = cells($line);
		push @rows, \%row;
	}
	close $in or die "$names[0]: the source failed\n";
	return @rows;
}

sub file {
	open my $in, '<', $_[0] or die "$_[0]: $!\n";
	return $in;
}

sub script {
	my ($name, @args) = @_;
	open my $in, '-|', $^X, "$Bin/$name", @args or die "$name: $!\n";
	return $in;
}

sub trimmed {
	my ($text) = @_;
	return defined $text && $text =~ /^\s*(\S(?:.*\S)?)\s*$/ ? $1 : undef;
}

my %company;    # active stocks
for my $r (rows(file("$shape/profile-bulk_part0.csv"))) {
	next if lc($r->{isEtf} // '') eq 'true';
	next if lc($r->{isAdr} // '') ne 'true' && (lc($r->{isFund} // '') eq 'true' || $r->{exchange} =~ /^(CRYPTO|CCC)$/);
	next if $r->{symbol} =~ /-WT|-RT/ || $r->{companyName} =~ /\b(warrants?|rights?)\b/i;
	my $people = $r->{fullTimeEmployees};
	$people =~ tr/,//d if defined $people;
	$company{$r->{symbol}} = { sector => trimmed($r->{sector}), industry => trimmed($r->{industry}), identity => {
		ticker => $r->{symbol}, name => $r->{companyName}, country => $r->{country}, website => $r->{website},
		ceo => $r->{ceo}, employees => $people } };
}

my %period;    # ticker => rows of TTM and FY, newest first, the twelve months before a year of the same end
for my $r (rows(script('financials.pl', $shape, $as_of, @years), qw(ticker type label end revenue net_income ebitda
		free_cash_flow capex total_equity total_debt invested_capital book_value shares cash gross_margin
		operating_margin ebitda_margin net_margin fcf_margin roic roe wacc current_ratio debt_to_equity
		interest_coverage revenue_cagr earnings_cagr equity_cagr fcf_cagr completeness freshness))) {
	push @{$period{$r->{ticker}}}, $r if $r->{type} ne 'Q';
}
for my $list (values %period) {
	@$list = sort { $b->{end} cmp $a->{end} || $b->{type} cmp $a->{type} } @$list;
}

my %valued = map { $_->{ticker} => $_ } rows(script('layer1.pl', 'valuation', $shape), qw(ticker sector price
	market_cap enterprise_value pe_ratio peg_ratio ev_ebitda ev_sales price_to_book price_to_sales price_to_fcf
	dividend_yield pe_percentile ev_percentile fcf_percentile composite));

my %dividend;    # ticker => years that had ended, oldest first
for my $r (rows(script('layer1.pl', 'dividends', $shape, (sort @years)[-5 .. -1]), qw(ticker year end has dps paid
		payout_eps payout_fcf growing))) {
	push @{$dividend{$r->{ticker}}}, $r if $r->{end} le $as_of;
}

system($^X, "$Bin/oracle.pl", $data, $as_of, $tmp) == 0 or die "oracle.pl failed\n";
my %window;    # ticker => benchmark => window => row; the files have one date
for my $r (rows(file("$tmp/performance_windows.csv"), qw(ticker benchmark window date asset benchmark_return alpha
		volatility drawdown))) {
	$window{$r->{ticker}}{$r->{benchmark}}{$r->{window}} = $r;
}
my %market = map { $_->{window} => $_->{asset} } values %{$window{MARKET()}{$company{MARKET()}{sector}}};
for my $t (keys %window) {
	for my $r (values %{$window{$t}{$company{$t}{sector}}}) {
		$window{$t}{SPY}{$r->{window}} = { %$r, benchmark_return => $market{$r->{window}} } if defined $market{$r->{window}};
	}
}

# --- jobs.md 2.17 and engines.md 2.1: sector benchmarks; 2.19: sector price-earnings ratios

sub fiscal { return grep { $_->{type} eq 'FY' } @{$period{$_[0]} || []} }

my (%values, %pe);
for my $t (keys %company) {
	my ($current, $multiples) = ($period{$t}[0], $valued{$t});
	my %all = ((map { $_ => $current->{$_} } @nine), (map { $_ => $multiples->{$_} } @three));
	for my $group (known($company{$t}{sector}), 'General') {
		push @{$values{$group}{$_}}, $all{$_} for grep { defined $all{$_} } keys %all;
	}
	push @{$pe{$multiples->{sector}}}, $multiples->{pe_ratio}
		if $multiples && defined $multiples->{pe_ratio} && $multiples->{pe_ratio} > 0;
}

my %benchmark;    # sector => metric => five points, n, confidence
for my $group (keys %values) {
	for my $metric (keys %{$values{$group}}) {
		my @v = sort { $a <=> $b } @{$values{$group}{$metric}};
		next if @v < 3;
		$benchmark{$group}{$metric} = {
			(map { ("p$_" => $v[floor($_ / 100 * $#v)]) } (10, 25, 50, 75, 90)), sample_size => scalar @v,
			confidence => @v < 10 ? 'low' : @v < 20 ? 'medium' : 'high' };
	}
}

sub benchmarks_of { return $benchmark{$_[0]} || $benchmark{General} || {} }

# --- 1: assembly

# The multiples of 1, 3 and 5 years ago are those of the 1st, 3rd and 5th company behind it in the alphabet.
my @alphabet = sort keys %valued;
my %place = map { $alphabet[$_] => $_ } 0 .. $#alphabet;

sub older {
	my ($ticker, $years) = @_;
	return undef unless $valued{$ticker};
	my $i = $place{$ticker} + $years;
	return $i <= $#alphabet ? $valued{$alphabet[$i]} : undef;
}

sub dividends {    # with the figures of the same fiscal year
	my ($t) = @_;
	my %income = map { $_->{end} => $_ } fiscal($t);
	return map { my $f = $income{$_->{end}}; +{ %$_, map { $_ => $f->{$_} } qw(net_income free_cash_flow) } }
		@{$dividend{$t} || []};
}

sub industry_years {
	my ($t) = @_;
	my $industry = $company{$t}{industry};
	return undef unless defined $industry;
	return ifs_fy([fiscal($t)], map { fiscal($_) } grep { $_ ne $t && ($company{$_}{industry} // '') eq $industry } keys %company);
}

sub appraise {    # the columns that hold the engines' results
	my ($t, $row) = @_;
	my $c = $company{$t};
	my ($cadence, $min_years, @dominant) = profile_of($c->{industry});
	my $current = $period{$t}[0];
	my @fy = fiscal($t);
	my $bench = benchmarks_of($c->{sector});
	my ($count, $first, $last, $maturity) = lifecycle(@fy);
	my $sector = $window{$t}{$c->{sector}} || {};
	my %relative = map { $_ => $sector->{$_} ? $sector->{$_}{asset} - $sector->{$_}{benchmark_return} : undef } @windows;
	my $fgos = $current ? fgos($current, $bench) :
		{ score => undef, category => 'Pending', status => 'pending', percent => 0, label => 'Low' };
	my ($advantage, $mood) = (competitive_advantage(reverse @fy), sentiment($valued{$t}, map { older($t, $_) } 1, 3, 5));
	@{$fgos->{parts}}{qw(competitive_advantage sentiment_details)} = ($advantage, $mood) if $fgos->{parts};
	my $return = relative_return($window{$t}{SPY} || {});
	my $growth = fundamentals_growth([growth_rows(@fy)], $maturity, $min_years, @dominant);
	my $valuation = valuation($valued{$t} || {}, $bench, $maturity, @dominant);
	my $ifs = ifs(\%relative, @dominant);
	my $verdict = $current ? verdict($fgos, $advantage, $mood, dividend_quality(dividends($t)), $return, $valuation->{valuation_status}) :
		pending('no_financials');
	my $metrics = $valuation->{confidence}{valid_metrics_count};
	my ($level, $limit) = coverage($maturity, $metrics, 3, @$growth{qw(valid_windows required_windows)});
	$row->{"relative_vs_sector_\L$_"} = $relative{$_} for @windows;
	for my $w (@windows) {
		my $r = $window{$t}{SPY}{$w};
		$row->{"relative_vs_market_\L$w"} = $r ? $r->{asset} - $r->{benchmark_return} : undef;
	}
	$row->{"relative_vs_$_"} = undef for qw(sector_1w sector_ytd market_1w market_ytd);
	@$row{qw(fgos_score fgos_category fgos_status fgos_confidence_percent fgos_confidence_label fgos_components fgos_maturity)} =
		(@$fgos{qw(score category status percent label parts)}, $maturity);
	@$row{qw(ifs ifs_fy valuation market_position investment_verdict strategic_state fundamentals_growth relative_return)} =
		($ifs, industry_years($t), $valuation, market_position($current, $bench), $verdict, $verdict, $growth,
		$return // pending('no_returns_against_the_market'));
	$row->{data_confidence} = {
		has_profile => $true, has_financials => yes($current), has_valuation => yes($valued{$t}),
		has_performance => yes(%$sector), has_fgos => yes($current), has_ifs => yes($ifs),
		snapshot_source => 'local_backfill_v1', fundamentals_years_count => $count, fundamentals_first_year => $first,
		fundamentals_last_year => $last, confidence_level => $level, limiting_factor => $limit,
		coverage => { valid_windows => $growth->{valid_windows}, required_windows => $growth->{required_windows},
			valid_metrics => $metrics, required_metrics => 3 },
		layer_status => layers($maturity, $ifs, scalar(grep { !defined $relative{$_} } @dominant),
			scalar(known(map { $current->{$_} } qw(revenue_cagr earnings_cagr fcf_cagr))), $valuation),
		interpretation_context => { industry_cadence => $cadence, structural_horizon_min_years => $min_years,
			dominant_horizons_used => \@dominant },
	};
}

sub snapshot {
	my ($t) = @_;
	my ($c, $now, $current) = ($company{$t}, $valued{$t}, $period{$t}[0]);
	my @pe = @{$pe{$c->{sector}} || []};
	my %row = (ticker => $t, snapshot_date => $as_of, engine_version => 'fintra-local-v1', sector => $c->{sector},
		ifs_memory => undef, sector_performance => { status => 'missing' }, industry_performance => { status => 'missing' },
		classification => { status => defined $c->{industry} ? 'full' : 'partial', sector => $c->{sector},
			industry => $c->{industry}, source => 'canonical' },
		sector_pe => @pe >= 3 ? { status => 'full', pe => median(@pe), pe_date => $as_of } :
			{ status => 'missing', pe => undef, pe_date => undef },
		market_snapshot => $now ? { status => 'computed', price => $now->{price}, market_cap => $now->{market_cap},
			date => $as_of } : pending('no_valuation_of_the_day'),
		profile_structural => { identity => $c->{identity}, source => 'local_backfill_v1',
			metrics => { period_end_date => $current->{end}, map { $_ => $current->{$_} } @nine },
			classification => { sector => $c->{sector}, industry => $c->{industry} },
			financial_scores => { altman_z => undef, piotroski_score => undef } });
	appraise($t, \%row);
	return \%row;
}

# --- jobs.md 5.4: ranks

my @rows = map { snapshot($_) } grep { defined $company{$_}{sector} } sort keys %company;

sub rank {
	my ($name, $group) = @_;
	my (%of, %place);
	@place{qw(leader follower laggard)} = (1, 2, 3);
	@$_{"${name}_rank", "${name}_rank_total"} = () for @rows;
	for my $r (grep { $_->{ifs} && defined $_->{fgos_score} && defined $group->($_) } @rows) {
		push @{$of{$group->($r)}}, $r;
	}
	for my $list (values %of) {
		my @order = sort {
			my $side = $a->{ifs}{position} eq 'laggard' ? 1 : -1;
			$place{$a->{ifs}{position}} <=> $place{$b->{ifs}{position}} ||
				$side * ($a->{ifs}{pressure} <=> $b->{ifs}{pressure}) ||
				$b->{fgos_score} <=> $a->{fgos_score} || $a->{ticker} cmp $b->{ticker}
		} @$list;
		@{$order[$_]}{"${name}_rank", "${name}_rank_total"} = ($_ + 1, scalar @order) for 0 .. $#order;
	}
}
rank('sector', sub { return $_[0]{sector} });
rank('industry', sub { return $_[0]{classification}{industry} });

sub leaves {
	my ($ticker, $path, $v) = @_;
	if (ref $v eq 'HASH' && %$v) {
		leaves($ticker, "$path.$_", $v->{$_}) for sort keys %$v;
	} elsif (ref $v eq 'ARRAY' && @$v) {
		leaves($ticker, "$path.$_", $v->[$_]) for 0 .. $#$v;
	} else {
		my $text = !defined $v ? 'null' : ref $v eq 'ARRAY' ? '[]' : ref $v eq 'HASH' ? '{}' : ref $v ? $$v : $v;
		print join("\t", $ticker, substr($path, 1), $text), "\n";
	}
}

for my $r (@rows) {
	leaves($r->{ticker}, ".$_", $r->{$_}) for sort keys %$r;
}
