# sign-mail-dkim.pl KEYFILE < message > signed message: Mail::DKIM
use strict;
use warnings;
use Mail::DKIM::Signer;

my $signer = Mail::DKIM::Signer->new(
    Algorithm => 'rsa-sha256', Method => 'relaxed/relaxed', Domain => 'example.com', Selector => 'bench', KeyFile => $ARGV[0],
);
my @lines = <STDIN>;
for (@lines) { my $line = $_; chomp $line; $line =~ s/\015$//; $signer->PRINT("$line\015\012"); }
$signer->CLOSE;
print $signer->signature->as_string, "\n", @lines;
