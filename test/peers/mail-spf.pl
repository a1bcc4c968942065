# Answers SPF checks with Mail::SPF (Debian: libmail-spf-perl): a JSON object a line in, a result word a line out.
use strict;
use warnings;
use JSON::PP;
use Mail::SPF;
use Net::DNS;

package TestResolver {
    my %TEXT = (
        TXT => sub { '"' . ($_[0] =~ s/(["\\])/\\$1/gr) . '"' },
        MX  => sub { "$_[0]{preference} $_[0]{exchange}." },
        PTR => sub { "$_[0]." },
    );
    sub new { return bless { zone => {}, error => 'NOERROR' }, shift }
    sub errorstring { return $_[0]{error} }
    sub send {
        my ($self, $name, $type) = @_;
        $name =~ s/\.$//;
        my $node    = $self->{zone}{ lc $name };
        my $records = $node ? $node->{$type} // [] : [];
        $self->{error} = $records eq 'TIMEOUT' ? 'query timed out' : 'NOERROR';
        return undef if $records eq 'TIMEOUT';
        my $packet = Net::DNS::Packet->new($name, $type, 'IN');
        $packet->header->qr(1);
        $packet->header->rcode($node ? 'NOERROR' : 'NXDOMAIN');
        my $text = $TEXT{$type} // sub { $_[0] };
        $packet->push(answer => Net::DNS::RR->new("$name. 60 IN $type " . $text->($_))) for @$records;
        return $packet;
    }
}

package main;

my $resolver = TestResolver->new;
my $server   = Mail::SPF::Server->new(
    dns_resolver   => $resolver,
    hostname       => 'mx.example',
    query_rr_types => Mail::SPF::Server->query_rr_type_txt,
);
my $json = JSON::PP->new->latin1;
$| = 1;
print "ready\n";
while (my $line = <STDIN>) {
    my $case = $json->decode($line);
    $resolver->{zone} = $case->{zone};
    my $result = eval {
        my $request = Mail::SPF::Request->new(
            versions => [1],
            scope    => 'mfrom',
            identity => $case->{sender},
            ip_address    => $case->{ip},
            helo_identity => $case->{helo},
        );
        $server->process($request)->code;
    };
    my $error = $@;
    print defined $result ? $result : 'crash: ' . ($error =~ s/\n.*//sr), "\n";
}
