# verify-mail-dkim.pl PORT < message: Mail::DKIM, asking the name server on that port of loopback
use strict;
use warnings;
use Mail::DKIM::Verifier;
use Net::DNS::Resolver;

Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $ARGV[0]));
my $verifier = Mail::DKIM::Verifier->new;
while (<STDIN>) { chomp; s/\015$//; $verifier->PRINT("$_\015\012"); }
$verifier->CLOSE;
exit($verifier->result eq 'pass' ? 0 : 1);
