#!/usr/bin/perl
# Judges by Mail::SPF; arguments, lines in and lines out as of judge.py.
use strict;
use warnings;
use Mail::SPF;
use Net::DNS::Resolver;

$| = 1;
binmode STDOUT, ":utf8";
my $resolver = Net::DNS::Resolver->new(
    nameservers => ['127.0.0.1'], port => $ARGV[0], recurse => 1, defnames => 0, dnsrch => 0,
    retry => 1, retrans => 1, udp_timeout => 1, tcp_timeout => 2);
my $server = Mail::SPF::Server->new(dns_resolver => $resolver, hostname => 'mx.receiver.example');

while (my $line = <STDIN>) {
    chomp $line;
    my ($client, $sender, $helo) = split /\t/, $line, -1;
    my ($result, $said) = eval {
        my $request = Mail::SPF::Request->new(
            versions => [1],
            scope => $sender eq '' ? 'helo' : 'mfrom',
            identity => $sender eq '' ? $helo : $sender,
            ip_address => $client,
            helo_identity => $helo);
        my $judged = $server->process($request);
        ($judged->code, $judged->text);
    };
    ($result, $said) = ('crash', "$@") if !defined $result;
    $said =~ s/\s+/ /g;
    print "$result\t$said\n";
}
