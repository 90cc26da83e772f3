#!/usr/bin/perl
# The figures of datos_performance, sector_performance, industry_performance and performance_windows at one
# as-of date, computed from the vendor's CSV files by jobs.md 2.1, 2.3, 2.11, 2.12, 2.14, 2.15 and 2.16 alone: no database, no code of the
# program.  Everything is done the plain way, one window after the other, each in two passes.
#   oracle.pl DATA AS_OF OUT     DATA holds prices/eod-bulk/YYYY/eod_DATE.csv and fmp-shape/profile-bulk_part0.csv;
#                                OUT gets one CSV file per table
use strict;
use warnings;
use Time::Local qw(timegm);

my @all = qw(1D 1W 1M 3M 6M YTD 1Y 2Y 3Y 5Y);
my @canonical = qw(1M 3M 6M 1Y 2Y 3Y 5Y);
my %is_canonical = map { $_ => 1 } @canonical;
my %months = ('1M' => 1, '3M' => 3, '6M' => 6, '1Y' => 12, '2Y' => 24, '3Y' => 36, '5Y' => 60);
my ($data, $as_of, $out) = @ARGV;
die "usage: oracle.pl DATA AS_OF OUT\n" unless defined $out;

sub day_number {
	my ($y, $m, $d) = split /-/, shift;
	return int(timegm(0, 0, 0, $d, $m - 1, $y) / 86400);
}

sub iso {
	my @t = gmtime(shift() * 86400);
	return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

sub month_end {
	my ($y, $m) = @_;
	return 29 if $m == 2 && ($y % 4 == 0 && ($y % 100 != 0 || $y % 400 == 0));
	return (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[$m - 1];
}

# The first day that a window ending on day number $last may start with.
sub target {
	my ($window, $last) = @_;
	return $last - 7 if $window eq '1W';
	my ($y, $m, $d) = split /-/, iso($last);
	return day_number("$y-01-01") if $window eq 'YTD';
	my $t = $y * 12 + $m - 1 - $months{$window};
	($y, $m) = (int($t / 12), $t % 12 + 1);
	$d = month_end($y, $m) if $d > month_end($y, $m);
	return day_number(sprintf '%04d-%02d-%02d', $y, $m, $d);
}

# One line of CSV; quoted cells may hold commas and doubled quotes.
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

sub read_csv {
	my ($path, $each) = @_;
	open my $f, '<', $path or die "$path: $!\n";
	my @name = cells(scalar <$f>);
	while (my $line = <$f>) {
		my %row;
		@row{@name} = cells($line);
		$each->(\%row);
	}
	close $f;
}

sub truth { return lc(shift // '') eq 'true' }

my (%universe, %stock, %sector, %industry);
read_csv("$data/fmp-shape/profile-bulk_part0.csv", sub {
	my ($r) = @_;
	my $ticker = uc $r->{symbol};
	my $kind = truth($r->{isEtf}) ? 'ETF' : truth($r->{isAdr}) ? 'ADR' : truth($r->{isFund}) ? 'FUND' :
		$r->{exchange} =~ /^(CRYPTO|CCC)$/ ? 'CRYPTO' : 'EQUITY';
	$universe{$ticker} = 1;
	return if $kind !~ /^(EQUITY|ADR)$/ || $ticker =~ /-WT|-RT/ || $r->{companyName} =~ /\b(warrants?|rights?)\b/i;
	$stock{$ticker} = 1;
	$sector{$ticker} = $r->{sector} if $r->{sector} =~ /\S/;
	$industry{$ticker} = $1 if $r->{industry} =~ /^\s*(\S(?:.*\S)?)\s*$/;
});

sub number { return $_[0] =~ /^-?\d+(\.\d*)?([eE][-+]?\d+)?$/ ? $_[0] + 0 : undef }

my %price; # ticker => [[day, adjusted close], ...] ascending
for my $path (sort glob "$data/prices/eod-bulk/*/eod_*.csv") {
	my ($day) = $path =~ /eod_(\d{4}-\d\d-\d\d)\.csv$/ or next;
	next if $day gt $as_of;
	read_csv($path, sub {
		my ($r) = @_;
		my ($o, $h, $l, $c, $a, $v) = map { number($r->{$_}) } qw(open high low close adjClose volume);
		return unless $universe{$r->{symbol}} && $r->{date} eq $day;
		return if grep { !defined } $o, $h, $l, $c, $a, $v;
		return if int($v + 0.5) <= 0 || $a <= 0;
		return if $h < $o || $h < $c || $l > $o || $l > $c;
		push @{ $price{$r->{symbol}} }, [day_number($day), $a];
	});
}

sub volatility {
	my @r = @_;
	return undef if @r < 2;
	my ($mean, $square) = (0, 0);
	$mean += $_ / @r for @r;
	$square += ($_ - $mean)**2 for @r;
	return sqrt($square / (@r - 1));
}

sub drawdown {
	my ($peak, $worst) = (0, 0);
	for (@_) {
		$peak = $_ if $_ > $peak;
		my $fall = ($peak - $_) / $peak * 100;
		$worst = $fall if $fall > $worst;
	}
	return $worst;
}

sub first_row {
	my ($rows, $window) = @_;
	my $last = $rows->[-1][0];
	return @$rows > 1 ? @$rows - 2 : undef if $window eq '1D';
	my $target = target($window, $last);
	my ($i) = grep { $rows->[$_][0] >= $target } 0 .. $#$rows;
	return $i < $#$rows && $rows->[$i][0] <= $target + 10 ? $i : undef;
}

my %perf; # date => ticker => window => [return, absolute, volatility, drawdown]
for my $ticker (grep { $stock{$_} || $_ eq 'SPY' } keys %price) {
	my $rows = $price{$ticker};
	for my $w (@all) {
		my $i = first_row($rows, $w);
		next unless defined $i;
		my @p = map { $_->[1] } @$rows[$i .. $#$rows];
		my @r = map { ($p[$_] / $p[$_ - 1] - 1) * 100 } 1 .. $#p;
		$perf{iso($rows->[-1][0])}{$ticker}{$w} = [($p[-1] / $p[0] - 1) * 100, $p[-1] - $p[0], volatility(@r),
			$w eq '1D' ? undef : drawdown(@p)];
	}
}

# The market's date: the newest that a tenth of the best of the ten newest dates' tickers have.
sub tickers_at {
	my ($day, $among) = @_;
	return scalar grep { grep { $among->{$_} } keys %$_ } values %{ $perf{$day} };
}

sub asset_date {
	my ($among) = @_;
	my @dates = grep { defined } (grep { tickers_at($_, $among) } reverse sort keys %perf)[0 .. 9];
	my ($best) = sort { $b <=> $a } map { tickers_at($_, $among) } @dates;
	my ($date) = grep { tickers_at($_, $among) >= 0.10 * $best } @dates;
	return $date;
}
my $market = asset_date(\%is_canonical);

my %mean; # sector => window => mean
for my $w (@canonical) {
	my %values;
	for my $ticker (keys %{ $perf{$market} }) {
		my $cell = $perf{$market}{$ticker}{$w} or next;
		push @{ $values{$sector{$ticker}} }, $cell->[0]
			if $stock{$ticker} && defined $sector{$ticker} && abs($cell->[0]) <= 10000;
	}
	for my $s (grep { @{ $values{$_} } >= 3 } keys %values) {
		my $sum = 0;
		$sum += $_ for @{ $values{$s} };
		$mean{$s}{$w} = $sum / @{ $values{$s} };
	}
}

# Daily means per industry, one ticker being enough, and at their date the windows' means.
my $industry_day = asset_date({ '1D' => 1 });
my %industry_mean; # industry => window => mean
for my $w ('1D', @canonical) {
	my (%sum, %n);
	for my $ticker (grep { $stock{$_} && defined $industry{$_} } keys %{ $perf{$industry_day} }) {
		my $cell = $perf{$industry_day}{$ticker}{$w} or next;
		next if abs($cell->[0]) > 10000;
		$sum{$industry{$ticker}} += $cell->[0];
		$n{$industry{$ticker}}++;
	}
	$industry_mean{$_}{$w} = $sum{$_} / $n{$_} for keys %n;
}

sub quoted {
	my ($text) = @_;
	$text =~ s/"/""/g;
	return "\"$text\"";
}

sub put {
	my ($f, @cell) = @_;
	print $f join(',', map { !defined $_ ? '' : /[",]/ ? quoted($_) : $_ } @cell), "\n";
}

sub figure { return defined $_[0] ? sprintf '%.17g', $_[0] : undef }

sub into {
	open my $f, '>', "$out/$_[0].csv" or die "$out/$_[0].csv: $!\n";
	return $f;
}

my $f = into('datos_performance');
for my $day (sort keys %perf) {
	for my $ticker (sort keys %{ $perf{$day} }) {
		put($f, $ticker, $_, $day, map { figure($_) } @{ $perf{$day}{$ticker}{$_} })
			for grep { $perf{$day}{$ticker}{$_} } @all;
	}
}
close $f;

$f = into('sector_performance');
for my $s (sort keys %mean) {
	put($f, $s, $_, $market, figure($mean{$s}{$_})) for grep { defined $mean{$s}{$_} } @canonical;
}
close $f;

$f = into('industry_performance');
for my $i (sort keys %industry_mean) {
	put($f, $i, $_, $industry_day, figure($industry_mean{$i}{$_}))
		for grep { defined $industry_mean{$i}{$_} } '1D', @canonical;
}
close $f;

$f = into('performance_windows');
for my $ticker (sort grep { $stock{$_} && defined $sector{$_} } keys %{ $perf{$market} }) {
	my %benchmark = ($sector{$ticker} => $mean{$sector{$ticker}});
	$benchmark{SPY} = { map { $_ => $perf{$market}{SPY}{$_}[0] } keys %{ $perf{$market}{SPY} } } if $perf{$market}{SPY};
	for my $key (sort keys %benchmark) {
		for my $w (@canonical) {
			my ($own, $other) = ($perf{$market}{$ticker}{$w}, $benchmark{$key}{$w});
			next unless $own && defined $other;
			put($f, $ticker, $key, $w, $market, figure($own->[0]), figure($other), figure($own->[0] - $other),
				figure($own->[2]), figure($own->[3]));
		}
	}
}
close $f;
