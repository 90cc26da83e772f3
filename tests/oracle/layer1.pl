#!/usr/bin/perl
# Rows of datos_valuacion and datos_dividendos computed from the vendor's CSV files by jobs.md 2.6 and 2.7 alone:
# no database, no code of the program.
#   layer1.pl valuation DIR     DIR holds ratios-ttm-bulk.csv, key-metrics-ttm-bulk.csv, profile-bulk_part0.csv
#   layer1.pl dividends DIR YEAR...   DIR holds cash-flow-statement-bulk_YEAR_FY.csv and the income statements
# CSV to standard output; a number that is copied is the vendor's text, an absent one is empty.
use strict;
use warnings;
use POSIX qw(floor);

# A file as a list of records by column name; quoted cells may hold commas, line ends and doubled quotes.
sub records {
	my ($path) = @_;
	local $/;
	open my $in, '<', $path or die "$path: $!\n";
	my $text = <$in>;
	close $in;
	my (@rows, @row);
	while ($text =~ /\G(?:"((?:[^"]|"")*)"|([^,\r\n"]*))(,|\r?\n|\z)/gc) {
		my ($cell, $end) = (defined $1 ? $1 : $2, $3);
		$cell =~ s/""/"/g;
		push @row, $cell;
		next if $end eq ',';
		push @rows, [@row] if @row > 1 || $row[0] ne '';
		@row = ();
		last if $end eq '';
	}
	my @names = @{shift @rows};
	return map { my %r; @r{@names} = @$_; \%r } @rows;
}

# The first of the columns that the file has; '' when the cell says "no value".
sub cell {
	my ($r, @names) = @_;
	for my $name (@names) {
		next unless $r && exists $r->{$name};
		my $v = defined $r->{$name} ? $r->{$name} : '';
		$v =~ s/^\s+|\s+$//g;
		return $v =~ /^(?:null|nan|none|n\/a)?$/i ? '' : $v;
	}
	return '';
}

# Percent of the sector's positive values that are not above this one; halves go up.
sub rank_of {
	my ($v, @all) = @_;
	return '' unless $v ne '' && $v > 0;
	my @positive = grep { $_ ne '' && $_ > 0 } @all;
	return floor(100 * (grep { $_ <= $v } @positive) / @positive + 0.5);
}

sub valuation {
	my ($dir) = @_;
	my %metric = map { $_->{symbol} => $_ } records("$dir/key-metrics-ttm-bulk.csv");
	my %profile = map { $_->{symbol} => $_ } records("$dir/profile-bulk_part0.csv");
	my %ratio = map { $_->{symbol} => $_ } records("$dir/ratios-ttm-bulk.csv");
	my (%row, %sector);
	for my $t (keys %ratio) {
		my ($r, $m, $p) = ($ratio{$t}, $metric{$t}, $profile{$t});
		my ($price, $sector) = (cell($p, 'price'), cell($p, 'sector'));
		next if $sector eq '' || $price eq '' || $price <= 0;
		$row{$t} = [$sector, $price, cell($p, 'mktCap', 'marketCap'),
			cell($m, 'enterpriseValueTTM', 'enterpriseValue'),
			cell($r, 'priceToEarningsRatioTTM', 'priceEarningsRatioTTM', 'peRatioTTM'),
			cell($r, 'priceToEarningsGrowthRatioTTM', 'priceEarningsToGrowthRatioTTM'),
			cell($m, 'evToEBITDATTM', 'enterpriseValueOverEBITDATTM'), cell($m, 'evToSalesTTM'),
			cell($r, 'priceToBookRatioTTM'), cell($r, 'priceToSalesRatioTTM'),
			cell($r, 'priceToFreeCashFlowRatioTTM', 'priceToFreeCashFlowsRatioTTM'),
			cell($r, 'dividendYieldTTM', 'dividendYielTTM')];
		push @{$sector{$sector}}, $row{$t};
	}
	for my $t (sort keys %row) {
		my @r = @{$row{$t}};
		my @peers = @{$sector{$r[0]}};
		my @rank = map { my $i = $_; rank_of($r[$i], map { $_->[$i] } @peers) } (4, 6, 10);
		my ($n, $sum) = (0, 0);
		$_ eq '' or ($n++, $sum += $_) for @rank;
		print join(',', $t, @r, @rank, $n ? floor($sum / $n + 0.5) : ''), "\n";
	}
}

sub quotient {
	my ($factor, $a, $b) = @_;
	return $a ne '' && $b ne '' && $b > 0 ? sprintf('%.17g', $factor * $a / $b) : '';
}

sub dividends {
	my ($dir, @years) = @_;
	my %dps;
	for my $y (sort @years) {
		my %income = map { $_->{symbol} => $_ } records("$dir/income-statement-bulk_${y}_FY.csv");
		my %cash = map { $_->{symbol} => $_ } records("$dir/cash-flow-statement-bulk_${y}_FY.csv");
		for my $t (sort keys %cash) {
			my ($c, $i) = ($cash{$t}, $income{$t});
			next unless $i;
			my $paid = cell($c, 'commonDividendsPaid');
			$paid = cell($c, 'netDividendsPaid') if $paid eq '';
			$paid =~ s/^-//;
			my $dps = quotient(1, $paid, cell($i, 'weightedAverageShsOut'));
			my $before = $dps{$t}{$y - 1};
			$dps{$t}{$y} = $dps;
			print join(',', $t, $y, cell($c, 'date'), $dps ne '' && $dps > 0 ? 't' : 'f', $dps, $paid,
				quotient(100, $paid, cell($i, 'netIncome')), quotient(100, $paid, cell($c, 'freeCashFlow')),
				$dps eq '' || !defined $before || $before eq '' ? '' : $dps > $before ? 't' : 'f'), "\n";
		}
	}
}

my ($what, @rest) = @ARGV;
if (($what // '') eq 'valuation' && @rest == 1) {
	valuation(@rest);
} elsif (($what // '') eq 'dividends' && @rest > 1) {
	dividends(@rest);
} else {
	die "usage: layer1.pl valuation DIR | dividends DIR YEAR...\n";
}
