# The engines of engines.md 2 to 9 as plain functions over rows: written from that document alone, no code of the
# program.  Numbers absent are undef; objects are shaped like those of fintra_snapshots (engines.md 1.2).
package Engines;
use strict;
use warnings;
use Exporter qw(import);
use List::Util qw(max min sum0);
use POSIX qw(floor);

our @EXPORT = qw(@windows @nine @three $true $false known median yes bucket metric_score fgos profile_of ifs ifs_fy
	percentile valuation lifecycle layers coverage growth_rows fundamentals_growth pending relative_return
	market_position sentiment competitive_advantage dividend_quality verdict);

our @windows = qw(1M 3M 6M 1Y 2Y 3Y 5Y);
our @nine = qw(revenue_cagr earnings_cagr fcf_cagr roic operating_margin net_margin fcf_margin debt_to_equity
	interest_coverage);
our @three = qw(pe_ratio ev_ebitda price_to_fcf);
our ($true, $false) = (\'true', \'false');

# --- 0: numbers

sub half_up { return floor($_[0] + 0.5) }
sub clamp { return max($_[1], min($_[2], $_[0])) }
sub score { return clamp($_[0], 0, 100) }
sub known { return grep { defined } @_ }
sub mean { return @_ ? sum0(@_) / @_ : undef }
sub yes { return $_[0] ? $true : $false }
sub year_of { return substr $_[0], 0, 4 }

sub deviation {    # of the population
	my $m = mean(@_);
	return sqrt(sum0(map { ($_ - $m)**2 } @_) / @_);
}

sub median {
	my @s = sort { $a <=> $b } @_;
	return ($s[$#s / 2] + $s[@s / 2]) / 2;
}

# The mean of the parts that there are, by weight: [part, weight]...
sub weighted {
	my @parts = grep { defined $_->[0] } @_;
	return undef unless @parts;
	return sum0(map { $_->[0] * $_->[1] } @parts) / sum0(map { $_->[1] } @parts);
}

# --- 2.4: a value against its benchmark

sub bucket {
	my ($v, $bench) = @_;
	return undef unless defined $v && $bench;
	for my $step ([10, 10], [25, 25], [50, 50], [75, 75]) {
		return $step->[0] if $v <= $bench->{"p$step->[1]"};
	}
	return 90;
}

sub metric_score {
	my ($metric, $v, $bench) = @_;
	my $raw = bucket($v, $bench);
	return undef unless defined $raw;
	$raw = 100 - $raw if $metric eq 'debt_to_equity';
	my $w = $bench->{confidence} eq 'low' ? clamp(($bench->{sample_size} // 0) / 20, 0, 1) : 1;
	my $effective = $bench->{confidence} eq 'low' ? $raw * $w + 50 * (1 - $w) : $bench->{confidence} eq 'medium' ? 0.95 * $raw : $raw;
	return { raw => $raw, effective => $effective, sample_size => $bench->{confidence} eq 'low' ? $bench->{sample_size} // 0 : $bench->{sample_size} || 20,
		weight => $w, low => $bench->{confidence} eq 'low' };
}

# --- 3: FGOS

my @components = (
	[growth => 0.25, qw(revenue_cagr earnings_cagr fcf_cagr)],
	[profitability => 0.30, qw(roic operating_margin net_margin)],
	[efficiency => 0.20, qw(roic fcf_margin)],
	[solvency => 0.25, qw(debt_to_equity interest_coverage)],
);

sub trust {
	my ($percent) = @_;
	return $percent < 40 ? 'Low' : $percent <= 70 ? 'Medium' : 'High';
}

sub fgos {
	my ($current, $bench) = @_;
	my %f = (growth => undef, profitability => undef, efficiency => undef, solvency => undef, moat => undef,
		sentiment => undef, benchmark_low_confidence => $false,
		quality_brakes => { applied => $false, reasons => [] });
	my %r = (score => undef, category => 'Pending', status => 'Incomplete', percent => 0, label => 'Low', parts => \%f);
	return \%r if grep { !$bench->{$_} } @nine;
	$f{benchmark_low_confidence} = yes(scalar grep { $_->{confidence} eq 'low' } values %$bench);
	for my $c (@components) {
		my ($name, $weight, @metrics) = @$c;
		my @s = known(map { metric_score($_, $current->{$_}, $bench->{$_}) } @metrics);
		next unless @s;
		$f{$name} = mean(map { $_->{effective} } @s);
		next unless grep { $_->{low} } @s;
		$f{"${name}_impact"} = { raw_percentile => mean(map { $_->{raw} } @s), effective_percentile => $f{$name},
			sample_size => min(map { $_->{sample_size} } @s), weight => min(map { $_->{weight} } @s),
			benchmark_low_confidence => $true };
	}
	my $base = weighted(map { [$f{$_->[0]}, $_->[1]] } @components);
	my $k = grep { defined $f{$_->[0]} } @components;
	@r{qw(status percent)} = ('partial', floor(100 * $k / 6));
	$r{label} = trust($r{percent});
	return \%r unless defined $base;
	$r{score} = score(half_up($base));
	$r{category} = $r{score} >= 70 ? 'High' : $r{score} < 40 ? 'Low' : 'Medium';
	return \%r;
}

# --- 1.1, 4: industry profile, IFS

my %profile = (
	(map { $_ => ['fast', 2, qw(3M 6M 1Y 2Y)] } 'Software - Infrastructure', 'Software - Application', 'Semiconductors'),
	(map { $_ => ['slow', 5, qw(2Y 3Y 5Y)] } 'Utilities - Regulated Electric', 'Utilities - Diversified',
		'Utilities - Independent Power Producers'),
);

sub profile_of {
	my ($industry) = @_;
	return @{$profile{$industry // ''} || ['medium', 3, qw(6M 1Y 2Y 3Y)]};
}

sub ifs {
	my ($relative, @dominant) = @_;
	my %dominant = map { $_ => 1 } @dominant;
	my ($valid, %votes) = (0, 1 => 0, 0 => 0, -1 => 0);
	for my $block ([qw(1M 3M)], [qw(6M 1Y 2Y)], [qw(3Y 5Y)]) {
		my @v = known(map { $relative->{$_} } grep { $dominant{$_} } @$block);
		$valid++ if @v;
		$votes{(grep { $_ > 0 } @v) <=> (grep { $_ < 0 } @v)}++;
	}
	return undef if $valid < 2;
	my ($p, $n) = @votes{1, -1};
	my $known = known(values %$relative);
	my $c = $p && $n ? 0.7 : $valid < 3 ? 0.4 : 1;
	my $confidence = half_up(0.4 * 100 * $known / 7 + 0.4 * 100 * $c + 0.2 * 75);
	return { position => $p > $n ? 'leader' : $n > $p ? 'laggard' : 'follower', pressure => max($p, $n),
		confidence => $confidence,
		confidence_label => $confidence >= 75 ? 'High' : $confidence >= 50 ? 'Medium' : 'Low' };
}

# --- 4.1: years against the industry

sub share_below {
	my ($x, @s) = @_;
	return 100 * (grep { $_ <= $x } @s) / @s;
}

# Own rows newest first, rows of the peers.
sub ifs_fy {
	my ($own, @peers) = @_;
	my @scored;
	for my $r (reverse @$own[0 .. min(4, $#$own)]) {
		my $year = year_of($r->{end});
		my @rows = grep { year_of($_->{end}) eq $year } @peers;
		my %q;
		for my $m (qw(roic operating_margin revenue_cagr debt_to_equity fcf_margin)) {
			my @s = known(map { $_->{$m} } @rows);
			$q{$m} = share_below($r->{$m}, @s) if @s >= 3 && defined $r->{$m};
		}
		next unless defined $q{roic} && defined $q{operating_margin};
		my $q = 0.30 * $q{roic} + 0.25 * $q{operating_margin} + 0.20 * ($q{revenue_cagr} // 50) +
			0.15 * (defined $q{debt_to_equity} ? 100 - $q{debt_to_equity} : 50) + 0.10 * ($q{fcf_margin} // 50);
		push @scored, { fiscal_year => $year, percentile => half_up($q),
			position => $q >= 75 ? 'leader' : $q >= 35 ? 'follower' : 'laggard' };
	}
	return undef unless @scored;
	return { mode => 'fy_industry_structural', fiscal_years => [map { $_->{fiscal_year} } @scored],
		fiscal_positions => \@scored, current_fy => $scored[-1], confidence => min(100, 20 * @scored) };
}

# --- 5: valuation

sub percentile {
	my ($v, $bench) = @_;
	my @p = map { [$bench->{"p$_"}, $_] } (10, 25, 50, 75, 90);
	@p = map { $p[$_] } sort { $p[$a][0] <=> $p[$b][0] || $a <=> $b } 0 .. $#p;
	my $i = 0;
	if ($v >= $p[-1][0] && $v > $p[0][0]) {
		$i = $#p - 1;
	} elsif ($v > $p[0][0]) {
		$i++ until $p[$i][0] <= $v && $v <= $p[$i + 1][0];
	}
	my ($low, $high) = @p[$i, $i + 1];
	my $at = $low->[1];
	$at += ($v - $low->[0]) * ($high->[1] - $low->[1]) / ($high->[0] - $low->[0]) if $high->[0] != $low->[0];
	return score($at);
}

sub valuation {
	my ($row, $bench, $maturity, @dominant) = @_;
	my %v = (price_to_sales => $row->{price_to_sales});
	my @at;
	for my $m (@three) {
		$v{$m} = defined $row->{$m} && $row->{$m} > 0 ? $row->{$m} : undef;
		push @at, percentile($v{$m}, $bench->{$m}) if defined $v{$m} && $bench->{$m};
	}
	my $n = @at;
	my $stage = $n < 2 ? 'pending' : $n == 2 ? 'partial' : 'computed';
	my $penalty = half_up(40 * ($n < 2 ? 0 : max(@at) - min(@at)) / 100);
	my $percent = score(half_up(100 * $n / 3) - $penalty);
	my ($label, $status, $m) = (trust($percent), 'pending', $n ? median(@at) : 0);
	$status = $m <= 20 ? 'very_cheap_sector' : $m <= 40 ? 'cheap_sector' : $m <= 60 ? 'fair_sector' :
		$m < 80 ? 'expensive_sector' : 'very_expensive_sector' if $n >= 2;
	if ($maturity eq 'early' && $row->{ticker}) {
		$status = 'descriptive_only';
	} elsif ($maturity eq 'developing' && $row->{ticker}) {
		if ($n < 2 || $penalty >= 20 || !grep { /^[1-9]\d*Y$/ } @dominant) {
			($status, $stage) = ('pending', 'pending');
		} else {
			$status = $m <= 40 ? 'potentially_cheap' : $m >= 60 ? 'potentially_expensive' : 'fair_sector';
			$label = 'Medium' if $label eq 'High';
		}
	}
	my $legacy = $status =~ /cheap/ ? 'undervalued' : $status =~ /fair/ ? 'fair' :
		$status =~ /expensive/ ? 'overvalued' : 'pending';
	return { %v, valuation_status => $legacy, canonical_status => $status, stage => $stage,
		confidence => { label => $label, percent => $percent, valid_metrics_count => $n } };
}

# --- 6: life cycle, layers, coverage

sub fiscal_year {
	my ($r) = @_;
	return $r->{label} =~ /^\s*(\d+)/ ? $1 : year_of($r->{end});
}

sub lifecycle {
	my @rows = grep { defined $_->{revenue} && defined $_->{net_income} && defined $_->{free_cash_flow} } @_;
	return (0, undef, undef, 'early') unless @rows;
	my $first = my $last = fiscal_year($rows[0]);
	my $count = 1;
	for my $i (1 .. $#rows) {
		my $back = fiscal_year($rows[$i - 1]) - fiscal_year($rows[$i]);
		next if $back == 0;
		last if $back != 1;
		$count++;
		$first = fiscal_year($rows[$i]);
	}
	return ($count, $first, $last, $count < 3 ? 'early' : $count < 5 ? 'developing' : 'established');
}

sub layer {
	my ($version, $state, $reason) = @_;
	return { state => $state, $version ? (version => $version) : (), $reason ? (blocking_reason => $reason) : () };
}

sub layers {
	my ($maturity, $ifs, $missing, $grows, $valuation) = @_;
	my ($wait, $never) = ('pending_recalculation', 'structurally_unavailable');
	my @ifs = $ifs ? ('computed') : $maturity eq 'early' ? ($never, 'maturity_insufficient') :
		($wait, $missing > 0 ? 'missing_horizons' : 'missing_inputs');
	my @growth = $grows ? ('computed') : $maturity eq 'early' ? ($never, 'early_no_growth') : ($wait, 'growth_data_missing');
	my @value = $valuation->{valuation_status} ne 'pending' && $valuation->{stage} ne 'pending' ? ('computed') :
		$maturity eq 'early' ? ($never, 'early_no_valuation') :
		($wait, $maturity eq 'developing' ? 'waiting_metrics' : 'metrics_or_sector_missing');
	return { ifs => layer('1.2', @ifs), fundamentals_growth => layer('2.0', @growth), valuation => layer(undef, @value),
		industry_performance => layer(undef, $wait, 'industry_data_missing') };
}

sub coverage {
	my ($maturity, $metrics, $of_metrics, $windows, $of_windows) = @_;
	return ('low', 'early_stage_maturity') if $maturity eq 'early';
	my ($mr, $wr) = map { $_->[1] ? $_->[0] / $_->[1] : 1 } [$metrics, $of_metrics], [$windows, $of_windows];
	return ('low', 'critical_metrics_missing') if $mr < 0.5;
	return ('medium', 'partial_metrics_coverage') if $mr < 1;
	return ('low', 'critical_history_missing') if $wr < 0.5;
	return ('medium', 'partial_history_coverage') if $wr < 1;
	return $maturity eq 'developing' ? ('medium', 'developing_maturity_cap') : ('high', 'none');
}

# --- 7.7, 8.1: growth

sub growth_rows {    # newest first
	my @fy = @_;
	return map {
		my ($now, $before) = @fy[$_, $_ + 1];
		my %g;
		for my $m (qw(revenue net_income free_cash_flow)) {
			my ($c, $p) = ($now->{$m}, $before->{$m});
			$g{$m} = defined $c && defined $p && $p != 0 ? ($c - $p) / abs $p : undef;
		}
		\%g;
	} 0 .. $#fy - 1;
}

sub growth_over {
	my ($years, @rows) = @_;
	my @g = known(map { $_->{revenue} } @rows);
	return undef if @rows < $years || @g < $years;
	my $product = 1;
	$product *= 1 + $_ for @g[0 .. $years - 1];
	return $product < 0 ? undef : $product**(1 / $years) - 1;
}

sub fundamentals_growth {
	my ($rows, $maturity, $min_years, @dominant) = @_;
	my %horizon = map { /^([1-9]\d*)Y$/ ? ($1 => 1) : () } @dominant;
	my %over = map { $_ => growth_over($_, @$rows) } keys %horizon, 1, 3, 5;
	my @have = sort { $a <=> $b } grep { defined $over{$_} } keys %over;
	my ($status, $confidence, $valid, $required) = ('pending', 'low', 0, 0);
	if ($maturity eq 'early') {
		my @f = map { $over{$_} } grep { $_ >= $min_years } @have;
		($valid, $required) = (scalar @f, 1);
		$status = $f[0] < 0 || (@f > 1 && (max(@f) <=> 0) != (min(@f) <=> 0)) ? 'inconsistent_growth' : 'emerging_growth' if @f;
	} elsif ($maturity eq 'developing') {
		my @f = map { $over{$_} } grep { $horizon{$_} } @have;
		($valid, $required) = (scalar @f, 2);
		if (@f >= 2) {
			$confidence = 'medium';
			$status = min(@f) <= 0 && max(@f) >= 0 ? 'volatile_growth' : max(@f) - min(@f) < 0.10 ? 'stable_growth' :
				$f[0] > 1.1 * $f[-1] ? 'improving_growth' : $f[0] < 0.9 * $f[-1] ? 'volatile_growth' : 'stable_growth';
		}
	} else {
		my @a = map { $over{$_} } grep { $horizon{$_} } @have;
		my @b = map { $over{$_} } grep { $_ >= 5 } @have;
		($valid, $required, $confidence) = ((@a > 0) + (@b > 0), 2, 'medium');
		if (@a && @b) {
			my $m = mean(@a, @b);
			($status, $confidence) = ($m > 0.15 ? 'strong_growth' : $m > 0.05 ? 'moderate_growth' : 'weak_growth', 'high');
		}
	}
	my %g = (status => $status, confidence => $confidence, valid_windows => $valid, required_windows => $required);
	for my $p ([revenue_cagr => 'revenue'], [earnings_cagr => 'net_income'], [fcf_cagr => 'free_cash_flow']) {
		my @v = known(map { $_->{$p->[1]} } @$rows);
		$g{$p->[0]} = @v >= 3 ? mean(@v[0 .. 2]) : undef;
	}
	return \%g;
}

# --- 8.2, 8.3: return against the market, market position

sub pending { return { status => 'pending', reason => $_[0] } }

sub relative_return {
	my ($market) = @_;
	my (%alpha, %points, @fall);
	for my $w (qw(1Y 3Y 5Y)) {
		my $r = $market->{$w};
		my $both = $r && known(@$r{qw(asset benchmark_return)}) == 2;
		$alpha{$w} = $both ? $r->{asset} - $r->{benchmark_return} : undef;
		$points{$w} = $both ? 50 + 50 * clamp($alpha{$w}, -20, 20) / 20 : undef;
		push @fall, clamp($r->{drawdown} - $r->{benchmark_drawdown}, 0, 20)
			if $r && known(@$r{qw(drawdown benchmark_drawdown)}) == 2;
	}
	my @used = grep { defined $alpha{$_} } qw(1Y 3Y 5Y);
	return undef unless @used;
	my $mean = mean(@alpha{@used});
	my ($pos, $neg) = (scalar(grep { $alpha{$_} > 0.01 } @used), scalar(grep { $alpha{$_} < -0.01 } @used));
	my $consistency = @used == 1 ? 50 : $pos && !$neg ? score(75 + clamp(25 * $mean / 10, 0, 25)) :
		$neg && !$pos ? score(25 - clamp(25 * abs($mean) / 10, 0, 25)) : 50;
	my $penalty = max(0, @fall);
	my $score = score(score(0.7 * mean(@points{@used}) + 0.3 * $consistency) - $penalty);
	my $steady = $consistency >= 60 || $consistency <= 40 ? 1 : 0.7;
	return { status => 'computed', benchmark => 'SPY', score => $score,
		band => $score >= 60 ? 'outperformer' : $score <= 40 ? 'underperformer' : 'neutral',
		confidence => score(30 + 40 * (@used / 3) * $steady), windows_used => \@used,
		components => { alpha => \%alpha, alpha_score => \%points, consistency => $consistency, drawdown_penalty => $penalty } };
}

sub market_position {
	my ($current, $bench) = @_;
	return pending('no_financials') unless $current;
	my %at = (size => bucket($current->{market_cap}, $bench->{market_cap}), roic => bucket($current->{roic}, $bench->{roic}),
		margin => bucket($current->{operating_margin}, $bench->{operating_margin}),
		growth => bucket($current->{revenue_cagr}, $bench->{revenue_cagr}));
	my %metric = (size => 'market_cap', roic => 'roic', margin => 'operating_margin', growth => 'revenue_cagr');
	my @have = grep { defined $at{$_} } keys %at;
	return pending('no_metric_with_a_benchmark') unless @have;
	my $low = grep { $bench->{$metric{$_}}{confidence} eq 'low' } @have;
	my $average = mean(@at{@have});
	return { status => 'computed', %at,
		summary => $average >= 75 ? 'leader' : $average >= 60 ? 'strong' : $average <= 25 ? 'weak' : 'average',
		confidence => 2 * $low > @have ? 'low' : $low || @have < 2 ? 'medium' : 'high' };
}

# --- 9.1: mood

sub mood_of_multiple {
	my ($now, @then) = @_;
	return undef unless defined $now && $now > 0;
	my @d = map { ($now - $_) / $_ } grep { defined && $_ > 0 } @then;
	return undef unless @d;
	my $level = mean(map { 50 + 50 * clamp($_, -1.5, 1.5) / 1.5 } @d);
	my $steady = @d == 1 ? 0.7 : (grep { $_ > 0.05 } @d) && (grep { $_ < -0.05 } @d) ? 0.4 : 1;
	my $m = max(map { abs } @d);
	my $intensity = $m <= 0.5 ? 1 : 1 - 0.4 * (min($m, 2.5) - 0.5) / 2;
	return { score => score(50 + ((50 + ($level - 50) * $steady) - 50) * $intensity), n => scalar @d,
		consistency => half_up(100 * $steady), intensity => half_up(100 * $intensity), deviation => median(@d),
		long => defined $then[1] || defined $then[2] };
}

sub sentiment {
	my ($now, @then) = @_;    # rows of multiples, then 1, 3 and 5 years ago
	my @m = known(map { my $m = $_; mood_of_multiple($now->{$m}, map { $_ && $_->{$m} } @then) } @three, 'price_to_sales');
	return { value => undef, band => undef, confidence => undef, status => 'pending', signals => undef } unless @m;
	my $value = half_up(score(mean(map { $_->{score} } @m)));
	my $done = (grep { $_->{long} } @m) && sum0(map { $_->{n} } @m) >= 2;
	return { value => $value, band => $value >= 60 ? 'optimistic' : $value <= 40 ? 'pessimistic' : 'neutral',
		status => $done ? 'computed' : 'partial',
		confidence => half_up(($done ? 40 : 25) * (0.5 * known(@then) / 3 + 0.5 * @m / 4)),
		signals => { relative_deviation => mean(map { $_->{deviation} } @m),
			directional_consistency => half_up(mean(map { $_->{consistency} } @m)),
			intensity => half_up(mean(map { $_->{intensity} } @m)) } };
}

# --- 9.3: competitive advantage

sub advantage_returns {
	my @r = known(map { $_->{roic} // $_->{roe} } @_);
	return undef unless @r;
	my $u = 100 * mean(@r);
	my $level = score($u <= 0 ? 0 : $u <= 10 ? 4 * $u : $u <= 20 ? 40 + 2 * ($u - 10) : $u <= 40 ? 60 + ($u - 20) : 80 + ($u - 40) / 2);
	my $stability = @r < 2 ? 0 : score(100 - 2 * 100 * deviation(@r));
	return score(0.30 * $level + 0.45 * $stability - 0.25 * 100 * (grep { $_ < 0.05 } @r) / @r);
}

sub advantage_margins {
	my @rows = @_;
	my @m = map { $_->{operating_margin} // $_->{net_margin} } @rows;
	my @margins = known(@m);
	return undef if @margins < 2;
	my $s = score(100 - 200 * deviation(@margins));
	my ($bad, $total, $peak, $drop) = (0, 0, $margins[0], 0);
	for my $i (1 .. $#rows) {
		my ($r0, $r1) = map { $_->{revenue} } @rows[$i - 1, $i];
		next if known($m[$i - 1], $m[$i], $r0, $r1) < 4 || $r0 == 0 || ($r1 - $r0) / abs($r0) < 0.05;
		$total++;
		$bad++ if $m[$i] - $m[$i - 1] <= -0.01;
	}
	for my $v (@margins) {
		$peak = max($peak, $v);
		$drop = max($drop, $peak - $v);
	}
	return score(0.5 * $s + 0.3 * ($total ? 100 * (1 - $bad / $total) : $s) - 0.2 * score(200 * $drop));
}

sub advantage_discipline {
	my @rows = @_;
	return undef if @rows < 2;
	my ($pos, $neg, @dilution, @delta) = (0, 0);
	for my $i (1 .. $#rows) {
		my ($p, $c) = @rows[$i - 1, $i];
		my ($rp, $rc) = map { $_->{roic} // $_->{roe} } $p, $c;
		my ($ip, $ic, $sp, $sc, $vp, $vc) = map { ($p->{$_}, $c->{$_}) } qw(invested_capital shares revenue);
		my $capital = known($ip, $ic) == 2 && $ip != 0 ? ($ic - $ip) / abs $ip : undef;
		if (defined $capital && $capital > 0.05 && known($rp, $rc) == 2) {
			$rc >= $rp - 0.01 ? $pos++ : $neg++;
		}
		push @dilution, ($sc - $sp) / $sp if known($sp, $sc) == 2 && $sp > 0 && ($sc - $sp) / $sp > 0.01;
		push @delta, ($vc - $vp) / abs($vp) - $capital if defined $capital && known($vp, $vc) == 2 && $vp != 0;
	}
	my $reinvest = $pos + $neg ? 100 * $pos / ($pos + $neg) : undef;
	my $dilution = score(100 * min(1, sum0(@dilution)) * (@dilution == 1 ? 0.4 : 1));
	my $efficiency = @delta ? score(50 + 250 * clamp(mean(@delta), -0.3, 0.3)) : undef;
	return undef if !defined $reinvest && !defined $efficiency && $dilution == 0;
	return score(0.40 * ($reinvest // 50) - 0.35 * $dilution + 0.25 * ($efficiency // 50));
}

sub competitive_advantage {
	my @rows = @_;    # oldest first
	my ($r, $m, $d) = (advantage_returns(@rows), advantage_margins(@rows), advantage_discipline(@rows));
	my $score = weighted([$r, 0.5], [$m, 0.3], [$d, 0.2]);
	$score = min($score, $r + 20) if defined $score && defined $r;
	$score = score($score) if defined $score;
	my $n = @rows;
	return { score => $score, band => !defined $score ? undef : $score < 40 ? 'weak' : $score < 70 ? 'defendable' : 'strong',
		confidence => $n >= 10 ? 90 : $n >= 8 ? 80 : $n >= 5 ? 70 : $n >= 3 ? 50 : $n >= 1 ? 30 : 0, years_analyzed => $n,
		axes => { return_persistence => $r, operating_stability => $m, capital_discipline => $d } };
}

# --- 9.4: dividends

sub payout_score {
	my ($r) = @_;
	return $r <= 0 ? 20 : $r > 150 ? 10 : $r > 100 ? 25 : $r >= 30 && $r <= 70 ? 90 : $r >= 15 && $r < 30 ? 80 :
		$r > 70 && $r <= 90 ? 70 : 60;
}

sub dividend_consistency {
	my @pays = @_;
	my ($gaps, $longest, $run) = (0, 0, 0);
	for my $p (@pays) {
		$run = $p ? 0 : $run + 1;
		$gaps++ if $run == 1;
		$longest = max($longest, $run);
	}
	return score(100 * (grep { $_ } @pays) / @pays - min(30, 8 * $gaps + 4 * $longest));
}

sub dividend_growth {
	my @dps = grep { defined && $_ > 0 } @_;
	return undef if @dps < 2;
	my @rate = map { $dps[$_] / $dps[$_ - 1] - 1 } 1 .. $#dps;
	my $m = mean(@rate);
	my $both = (grep { $_ > 0.02 } @rate) && (grep { $_ < -0.02 } @rate);
	return score(($m < 0 ? 40 : $m <= 0.05 ? 70 : 80) - min(40, 200 * deviation(@rate)) - ($both ? 15 : 0));
}

sub dividend_quality {
	my @d = @_;    # oldest first
	my (@pays, @payout, @discipline);
	for my $r (@d) {
		my $pays = $r->{has} eq 't' && ($r->{dps} // 0) > 0;
		my ($net, $fcf) = @$r{qw(net_income free_cash_flow)};
		my @s = map { payout_score($_) } known($r->{payout_eps}, $r->{payout_fcf});
		push @pays, $pays;
		push @payout, score(mean(@s) - (defined $net && $net <= 0 ? 25 : 0) - (defined $fcf && $fcf <= 0 ? 25 : 0))
			if $pays && @s;
		push @discipline, $net < 0 || $fcf < 0 ? ($pays ? 20 : 70) : $pays ? 65 : 55 if known($net, $fcf) == 2;
	}
	my %q = (consistency => @d ? dividend_consistency(@pays) : undef, growth_reliability => dividend_growth(map { $_->{dps} } @d),
		payout_sustainability => mean(@payout),
		capital_discipline => @d < 2 || !@discipline ? undef : mean(@discipline), years => scalar @d);
	my $axes = known(@q{qw(consistency growth_reliability payout_sustainability capital_discipline)});
	$q{score} = weighted([$q{consistency}, 0.4], [$q{payout_sustainability}, 0.3], [$q{growth_reliability}, 0.2],
		[$q{capital_discipline}, 0.1]);
	$q{band} = !defined $q{score} ? undef : $q{score} >= 70 ? 'high' : $q{score} >= 45 ? 'acceptable' : 'weak';
	$q{confidence} = @d ? score(30 + 50 * ($axes / 4) * min(1, @d / 8)) : undef;
	return \%q;
}

# --- 8.6, 8.7: verdict

sub labelled {
	my ($fgos, $advantage, $mood, $dividend, $return) = @_;
	my $bad = $dividend eq 'weak' || $return eq 'underperformer';
	return 'exceptional' if $fgos eq 'strong' && $advantage eq 'strong' && $dividend ne '' && $dividend ne 'weak' &&
		$return eq 'outperformer' && $mood ne 'optimistic';
	return 'speculative' if $fgos eq 'weak' && $mood eq 'optimistic';
	return 'strong' if $fgos ne 'weak' && $advantage ne 'weak' && !$bad && $mood ne 'optimistic';
	return $fgos eq 'weak' || $bad ? 'fragile' : 'balanced';
}

sub legacy_verdict {
	my ($score, $status) = @_;
	return () if $status eq 'pending';
	my $category = $score >= 60 ? 'High' : $score < 40 ? 'Low' : 'Medium';
	my %says = (High => [qw(clear_opportunity good_wait excellent_demanding)], Medium => [qw(selective neutral demanding_price)],
		Low => [qw(cheap_for_a_reason avoid avoid)]);
	my %column = (undervalued => 0, fair => 1, overvalued => 2);
	my $sure = "$category $status" =~ /^(High undervalued|Low overvalued)$/;
	return (legacy => { category => $category, verdict => $says{$category}[$column{$status}],
		confidence => $sure ? 'High' : 'Medium' });
}

sub verdict {
	my ($fgos, $advantage, $mood, $dividend, $return, $status) = @_;
	return pending('no_core_score') unless defined $fgos->{score};
	my %band = (fgos => { High => 'strong', Medium => 'defendable', Low => 'weak' }->{$fgos->{category}},
		advantage => $advantage->{band} // '', mood => $mood->{band} // '', dividend => $dividend->{band} // '',
		return => $return->{band} // '');
	my @positive = map { $_->[0] } grep { $band{$_->[1]} eq $_->[2] }
		(['quality_strong', 'fgos', 'strong'], ['quality_defendable', 'fgos', 'defendable'],
		['advantage_strong', 'advantage', 'strong'], ['advantage_defendable', 'advantage', 'defendable'],
		['dividend_high', 'dividend', 'high'], ['dividend_acceptable', 'dividend', 'acceptable'],
		['return_outperformer', 'return', 'outperformer']);
	my @negative = map { $_->[0] } grep { $band{$_->[1]} eq $_->[2] }
		(['quality_weak', 'fgos', 'weak'], ['advantage_weak', 'advantage', 'weak'], ['dividend_weak', 'dividend', 'weak'],
		['return_underperformer', 'return', 'underperformer']);
	my @tension = ($band{fgos} ne 'weak' && $band{mood} eq 'pessimistic' ? 'good_business_bad_mood' : (),
		$band{fgos} eq 'weak' && $band{mood} eq 'optimistic' ? 'weak_business_good_mood' : (),
		$band{dividend} =~ /high|acceptable/ && $band{return} eq 'underperformer' ? 'good_dividend_poor_return' : ());
	my %move = (dividend_high => 7, dividend_weak => -7, return_outperformer => 7, return_underperformer => -7);
	my $move = sum0(map { $move{$_} // 0 } @positive, @negative) +
		($band{mood} eq 'optimistic' ? -3 : $band{mood} eq 'pessimistic' ? 3 : 0);
	my @given = ((grep { known(@$_{qw(score band)}) } $advantage, $dividend, $return), grep { defined $_->{band} } $mood);
	my $m = 1 + @given;
	my $mean = mean(known($fgos->{percent}, map { $_->{confidence} } @given));
	my $confidence = defined $mean ? score($mean * min(1, 0.6 + 0.1 * ($m - 1)) - 10 * @tension) : undef;
	my $label = defined $confidence && ($confidence < 20 || ($m <= 2 && $confidence < 35)) ? 'inconclusive' :
		labelled(@band{qw(fgos advantage mood dividend return)});
	return { status => 'computed', verdict => $label, score => score(score($fgos->{score}) + $move), confidence => $confidence,
		positives => \@positive, negatives => \@negative, tensions => \@tension,
		modules => {
			fgos => { score => $fgos->{score}, band => $band{fgos}, confidence => $fgos->{percent} },
			competitive_advantage => { map { $_ => $advantage->{$_} } qw(score band confidence) },
			sentiment => { score => $mood->{value}, band => $mood->{band}, confidence => $mood->{confidence} },
			dividend_quality => $dividend,
			relative_return => { map { $_ => $return->{$_} } qw(score band confidence) },
		}, legacy_verdict($fgos->{score}, $status) };
}

1;
