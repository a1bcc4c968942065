# batch-mail-dkim.pl KEYS < LIST: judges messages with Mail::DKIM, one after the other. KEYS: lines of NAME RECORD; LIST: lines
# of PATH. Prints PATH RESULT for each.
use strict;
use warnings;
use Mail::DKIM::PublicKey;
use Mail::DKIM::Verifier;

my %keys;
open my $keys, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
while (<$keys>) { chomp; my ($name, $record) = split / /, $_, 2; $keys{$name} = $record; }
{
    no warnings 'redefine';
    *Mail::DKIM::PublicKey::fetch_async = sub {
        my ($class, %args) = @_;
        my $key = $class->parse($keys{"$args{Selector}._domainkey.$args{Domain}"} // '');
        @$key{qw(Selector Domain)} = @args{qw(Selector Domain)};
        $key->check;
        my $success = $args{Callbacks} && $args{Callbacks}{Success};
        $success->($key) if $success;
        return sub { $key };
    };
}
while (my $path = <STDIN>) {
    chomp $path;
    open my $in, '<:raw', $path or die "$path: $!\n";
    my $message = do { local $/; <$in> };
    $message =~ s/\r?\n/\r\n/g;
    my $verifier = Mail::DKIM::Verifier->new;
    $verifier->PRINT($message);
    $verifier->CLOSE;
    print "$path ", $verifier->result, "\n";
}
