# Verifies and signs with Mail::DKIM (Debian: libmail-dkim-perl): a JSON object a line in, a JSON object a line out.
# First line: {NAME: TXT}. Then {"verify": FILE} -> {SELECTOR: result in words}, or {"sign": FILE, "out": FILE,
# "keyFile": FILE, "selector", "domain", "header", "body", "algorithm"} -> {}.
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::DNS;
use Mail::DKIM::Signer;
use Mail::DKIM::Verifier;
use Net::DNS;

package TestResolver {
    sub new { my ($class, $records) = @_; return bless { records => $records, error => 'NOERROR' }, $class }
    sub errorstring { return $_[0]{error} }
    sub send {
        my ($self, $name, $type) = @_;
        my $text = $self->{records}{$name};
        $self->{error} = defined $text ? 'NOERROR' : 'NXDOMAIN';
        my $packet = Net::DNS::Packet->new($name, $type, 'IN');
        $packet->header->qr(1);
        $packet->header->rcode($self->{error});
        if (defined $text && $type eq 'TXT') {
            my @strings = map { "\"$_\"" } $text =~ /.{1,255}/g;
            $packet->push(answer => Net::DNS::RR->new("$name. 60 IN TXT @strings"));
        }
        return $packet;
    }
}

package main;

# What it takes: every line end CRLF.
sub message_of {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!";
    local $/;
    my $message = <$file>;
    $message =~ s/\r?\n/\r\n/g;
    return $message;
}

sub verify {
    my ($path) = @_;
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT(message_of($path));
    $verifier->CLOSE;
    return { map { $_->selector => $_->result eq 'pass' ? JSON::PP::true : $_->result_detail } $verifier->signatures };
}

sub sign {
    my ($job) = @_;
    my $signer = Mail::DKIM::Signer->new(
        Algorithm => $job->{algorithm},
        Method    => "$job->{header}/$job->{body}",
        Domain    => $job->{domain},
        Selector  => $job->{selector},
        KeyFile   => $job->{keyFile},
    );
    my $message = message_of($job->{sign});
    $signer->PRINT($message);
    $signer->CLOSE;
    my $field = $signer->signature->as_string;
    $field =~ s/\r?\n/\r\n/g;
    open my $file, '>:raw', $job->{out} or die "$job->{out}: $!";
    print $file "$field\r\n$message";
    close $file or die "$job->{out}: $!";
    return {};
}

my $json = JSON::PP->new->canonical;
$| = 1;
Mail::DKIM::DNS::resolver(TestResolver->new($json->decode(scalar <STDIN>)));
print "ready\n";
while (my $line = <STDIN>) {
    my $job    = $json->decode($line);
    my $answer = eval { exists $job->{verify} ? verify($job->{verify}) : sign($job) };
    print $json->encode($answer // { error => "$@" }), "\n";
}
