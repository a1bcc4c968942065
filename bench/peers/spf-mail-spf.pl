# spf-mail-spf.pl ZONE < SESSIONS: checks with Mail::SPF (Debian: libmail-spf-perl), one after the other. ZONE: zone JSON;
# SESSIONS: lines of IP HELO SENDER. Prints a result word for each. An answer is made once and kept, as from a warm cache.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;
use Net::DNS;

package MemoryResolver {
    my %TEXT = (
        TXT => sub { '"' . ($_[0] =~ s/(["\\])/\\$1/gr) . '"' },
        MX  => sub { "$_[0]{preference} $_[0]{exchange}." },
    );
    sub new { my ($class, $zone) = @_; return bless { zone => $zone, packets => {} }, $class }
    sub errorstring { return 'NOERROR' }
    sub send {
        my ($self, $name, $type) = @_;
        $name =~ s/\.$//;
        return $self->{packets}{ lc "$name $type" } //= $self->packet(lc $name, $type);
    }
    sub packet {
        my ($self, $name, $type) = @_;
        my $node   = $self->{zone}{$name};
        my $packet = Net::DNS::Packet->new($name, $type, 'IN');
        $packet->header->qr(1);
        $packet->header->rcode($node ? 'NOERROR' : 'NXDOMAIN');
        my $text = $TEXT{$type} // sub { $_[0] };
        $packet->push(answer => Net::DNS::RR->new("$name. 60 IN $type " . $text->($_))) for @{ $node->{$type} // [] };
        return $packet;
    }
}

package main;

open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
my $zone   = JSON::PP->new->decode(do { local $/; <$in> });
my $server = Mail::SPF::Server->new(
    dns_resolver   => MemoryResolver->new($zone),
    hostname       => 'mx.example',
    query_rr_types => Mail::SPF::Server->query_rr_type_txt,
);
while (<STDIN>) {
    my ($ip, $helo, $sender) = split;
    my $request = Mail::SPF::Request->new(
        versions => [1], scope => 'mfrom', identity => $sender, ip_address => $ip, helo_identity => $helo,
    );
    print $server->process($request)->code, "\n";
}
