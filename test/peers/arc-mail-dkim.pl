# Seals and validates ARC with Mail::DKIM (Debian: libmail-dkim-perl): a JSON object a line in, a JSON object a line out.
# First line: {NAME: TXT}. Then {"verify": FILE} -> {"result"}, or {"seal": FILE, "out": FILE, "keyFile": FILE, "selector",
# "domain", "id", "cv"} -> {}; what is claimed are the Authentication-Results of that id.
use strict;
use warnings;
use JSON::PP;
use Mail::DKIM::ARC::Signer;
use Mail::DKIM::ARC::Verifier;
use Mail::DKIM::DNS;
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
    my $verifier = Mail::DKIM::ARC::Verifier->new;
    $verifier->PRINT(message_of($path));
    $verifier->CLOSE;
    return { result => $verifier->result, reason => $verifier->result_detail };
}

sub seal {
    my ($job) = @_;
    my $signer = Mail::DKIM::ARC::Signer->new(
        Algorithm => 'rsa-sha256',
        Domain    => $job->{domain},
        Selector  => $job->{selector},
        KeyFile   => $job->{keyFile},
        SrvId     => $job->{id},
        Chain     => $job->{cv},
    );
    my $message = message_of($job->{seal});
    $signer->PRINT($message);
    $signer->CLOSE;
    die $signer->result_detail . "\n" if $signer->result ne 'sealed';
    my $fields = join '', map { s/\r?\n/\r\n/gr . "\r\n" } $signer->as_strings;
    open my $file, '>:raw', $job->{out} or die "$job->{out}: $!";
    print $file "$fields$message";
    close $file or die "$job->{out}: $!";
    return {};
}

my $json = JSON::PP->new->canonical;
$| = 1;
Mail::DKIM::DNS::resolver(TestResolver->new($json->decode(scalar <STDIN>)));
print "ready\n";
while (my $line = <STDIN>) {
    my $job    = $json->decode($line);
    my $answer = eval { exists $job->{verify} ? verify($job->{verify}) : seal($job) };
    print $json->encode($answer // { error => "$@" }), "\n";
}
