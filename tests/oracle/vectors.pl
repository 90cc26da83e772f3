#!/usr/bin/perl
# Engines.pm against the golden vectors of the original engines: what judges the program is judged, too.
#   vectors.pl DIR     DIR holds NAME.jsonl; tells how many values were compared, fails at the first that differs
use strict;
use warnings;
use FindBin qw($Bin);
use JSON::PP;
use lib $Bin;
use Engines;

my ($dir) = @ARGV;
die "usage: vectors.pl DIR\n" unless defined $dir;

sub annual { return map { { %$_, end => $_->{period_end_date} // "$_->{fiscal_year}-12-31" } } @_ }

sub shares { return map { { %$_, shares => $_->{weighted_shares_out} } } @_ }

sub flat_return {
	my ($r) = @_;
	return { map { $_ => undef } qw(score band confidence consistency drawdown_penalty) } unless $r;
	return { %{$r->{components}}, map { $_ => $r->{$_} } qw(score band confidence windows_used) };
}

sub layer_vector {
	my ($i) = @_;
	my $l = layers($i->{maturity}, $i->{ifs_present}, $i->{missing_horizons},
		scalar(known(values %{$i->{growth}})), { valuation_status => $i->{valuation}{status}, stage => $i->{valuation}{stage} });
	delete $l->{industry_performance};
	return { map { my $o = $l->{$_}; $_ => { state => $o->{state}, version => $o->{version}, reason => $o->{blocking_reason} } }
		keys %$l };
}

sub fgos_vector {
	my ($i) = @_;
	my $f = fgos($i, $i->{benchmarks});
	return { score => $f->{score}, category => $f->{category}, confidence_percent => $f->{percent},
		confidence_label => $f->{label}, map { $_ => $f->{parts}{$_} } qw(growth profitability efficiency solvency) };
}

sub iqs_vector {
	my ($i) = @_;
	my $r = ifs_fy([reverse annual(@{$i->{own}})], annual(map { @{$_->{years}} } @{$i->{peers}}));
	return $r && { mode => $r->{mode}, confidence => $r->{confidence}, positions => $r->{fiscal_positions},
		current_year => $r->{current_fy}{fiscal_year}, current_position => $r->{current_fy}{position} };
}

sub valuation_vector {
	my ($i) = @_;
	my $v = valuation({ %$i, ticker => 'X' }, $i->{benchmarks}, $i->{maturity}, @{$i->{dominant} || []});
	return { stage => $v->{stage}, status => $v->{canonical_status}, legacy_status => $v->{valuation_status},
		confidence_percent => $v->{confidence}{percent}, confidence_label => $v->{confidence}{label},
		valid_metrics => $v->{confidence}{valid_metrics_count}, map { $_ => $v->{$_} } qw(pe_ratio ev_ebitda price_to_fcf) };
}

sub verdict_vector {
	my ($i) = @_;
	my %category = (strong => 'High', defendable => 'Medium', weak => 'Low');
	my $f = $i->{fgos};
	my $v = verdict({ score => $f->{score}, category => $category{$f->{band}}, percent => $f->{confidence} },
		$i->{competitive_advantage}, { %{$i->{sentiment} || {}}, value => 0 }, $i->{dividend_quality}, $i->{relative_return},
		'pending');
	return { label => $v->{verdict}, map { $_ => $v->{$_} } qw(score confidence positives negatives tensions) };
}

# From `in` to what must equal `out` where both have a key, and which vectors an engine takes: all by default.
my %engine = (
	ifs => [sub { ifs($_[0]{relative}, @{$_[0]{dominant}}) }, sub { $_[0]{dominant} }],
	fgos => [\&fgos_vector, sub { !$_[0]{history} && !$_[0]{multiples} && $_[0]{sector} && $_[0]{benchmarks} }],
	iqs => [\&iqs_vector],
	valuation => [\&valuation_vector, sub { $_[0]{maturity} && $_[0]{maturity} ne 'none' &&
		!grep { grep { !defined } values %$_ } values %{$_[0]{benchmarks}} }],
	lifecycle => [sub {
		my %r;
		@r{qw(years_count first_year last_year maturity)} = lifecycle(sort { $b->{end} cmp $a->{end} }
			grep { $_->{period_type} eq 'FY' } map { { %$_, label => $_->{period_label} // '' } } annual(@{$_[0]{rows}}));
		return \%r;
	}],
	layer_status => [\&layer_vector, sub { $_[0]{maturity} && $_[0]{maturity} =~ /^(early|developing|established)$/ &&
		$_[0]{valuation}{status} && $_[0]{valuation}{stage} && $_[0]{sector_available} }],
	structural_coverage => [sub {
		my %r;
		@r{qw(confidence_level limiting_factor)} =
			coverage(@{$_[0]}{qw(maturity valid_metrics required_metrics valid_windows required_windows)});
		return \%r;
	}, sub { $_[0]{maturity} }],
	fundamentals_growth => [sub {
		my ($i) = @_;
		my @rows = map { { revenue => $_->{growth_revenue}, net_income => $_->{growth_net_income},
			free_cash_flow => $_->{growth_free_cash_flow} } } sort { $b->{fiscal_year} <=> $a->{fiscal_year} } @{$i->{rows}};
		return fundamentals_growth(\@rows, $i->{maturity}, $i->{min_years}, @{$i->{dominant}});
	}, sub { ($_[0]{maturity} // '') =~ /^(early|developing|established)$/ }],
	relative_return => [sub { flat_return(relative_return({ map {
		my $r = $_[0]{windows}{$_};
		$_ => $r && { asset => $r->{asset_return}, benchmark_return => $r->{benchmark_return},
			drawdown => $r->{asset_max_drawdown}, benchmark_drawdown => $r->{benchmark_max_drawdown} };
	} keys %{$_[0]{windows}} })) }, sub { $_[0]{windows} }],
	market_position => [sub { market_position({ %{$_[0]}, revenue_cagr => $_[0]{revenue_growth} }, $_[0]{benchmarks} || {}) },
		sub { $_[0]{sector} }],
	sentiment => [sub {
		my $s = sentiment(@{$_[0]{multiples}}{qw(now y1 y3 y5)});
		return { %{$s->{signals} || {}}, map { $_ => $s->{$_} } qw(value band confidence status) };
	}, sub { $_[0]{multiples} }],
	competitive_advantage => [sub {
		my $a = competitive_advantage(shares(sort { $a->{period_end_date} cmp $b->{period_end_date} }
			grep { ($_->{period_type} // 'FY') eq 'FY' } @{$_[0]{history}}));
		return { %{$a->{axes}}, years => $a->{years_analyzed}, map { $_ => $a->{$_} } qw(score band confidence) };
	}],
	dividend_quality => [sub { dividend_quality(map { { %$_, dps => $_->{dividend_per_share},
		has => $_->{has_dividend} ? 't' : 'f' } } (sort { $a->{year} <=> $b->{year} } @{$_[0]{rows}})[
		@{$_[0]{rows}} > 10 ? -10 .. -1 : 0 .. $#{$_[0]{rows}}]) }],
	verdict => [\&verdict_vector, sub { defined $_[0]{fgos}{score} && defined $_[0]{fgos}{band} }],
);

my $values;

sub compare {
	my ($where, $want, $got) = @_;
	if (ref $want eq 'HASH' && ref $got eq 'HASH') {
		compare("$where $_", $want->{$_}, $got->{$_}) for grep { exists $got->{$_} } sort keys %$want;
	} elsif (ref $want eq 'ARRAY' && ref $got eq 'ARRAY' && @$want == @$got) {
		compare("$where $_", $want->[$_], $got->[$_]) for 0 .. $#$want;
	} else {
		$values++;
		my ($w, $g) = map { !defined $_ ? 'null' : $_ } $want, $got;
		my $number = qr/^-?\d+(\.\d+)?(e[-+]?\d+)?$/;
		my $same = $w =~ $number && $g =~ $number ? abs($w - $g) <= 1e-9 * (sort { $b <=> $a } 1, abs $w, abs $g)[0] : $w eq $g;
		die "$where: $g, not $w\n" unless $same;
	}
}

for my $name (sort keys %engine) {
	my ($run, $takes) = @{$engine{$name}};
	my ($n, $line) = (0, 0);
	$values = 0;
	open my $in, '<', "$dir/$name.jsonl" or die "$dir/$name.jsonl: $!\n";
	while (my $text = <$in>) {
		my $v = decode_json($text);
		$line++;
		next if $takes && !$takes->($v->{in});
		compare("$name line $line", $v->{out}, $run->($v->{in}));
		$n++;
	}
	print "$name: $n of $line vectors, $values values\n";
}
