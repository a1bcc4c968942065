# Signs each file (CRLF) with Mail::DKIM and writes it to FILE.signed with a DomainKey-Signature on top.
# Arguments: canonicalisation, domain, selector, key file, files
use strict;
use warnings;
use Mail::DKIM::Signer;
use Mail::DKIM::DkSignature;

my ( $canonicalization, $domain, $selector, $key, @files ) = @ARGV;

for my $file (@files) {
    open my $in, '<:raw', $file or die "$file: $!\n";
    my $message = do { local $/; <$in> };
    my $signer  = Mail::DKIM::Signer->new(
        Domain   => $domain,
        Selector => $selector,
        KeyFile  => $key,
        Policy   => sub {
            my $dkim = shift;
            $dkim->add_signature(
                Mail::DKIM::DkSignature->new(
                    Algorithm => 'rsa-sha1',
                    Method    => $canonicalization,
                    Domain    => $domain,
                    Selector  => $selector,
                    Headers   => $dkim->headers,
                )
            );
            return;
        },
    );
    $signer->PRINT($message);
    $signer->CLOSE;
    my $field = $signer->signature->as_string;
    $field =~ s/\r?\n/\r\n/g;
    open my $out, '>:raw', "$file.signed" or die "$file.signed: $!\n";
    print $out $field, "\r\n", $message;
    close $out or die "$file.signed: $!\n";
}
