# Reads Authentication-Results with SpamAssassin's AuthRes plugin (Debian: spamassassin) and, where it is there, with
# Mail::AuthenticationResults (libmail-authenticationresults-perl), which gets the fields that SpamAssassin finds.
# First line of the input: our own authserv-ids, as a JSON list. Then a path a line; out comes a JSON object a line: by reader,
# what it takes for results of ours.
use strict;
use warnings;
use JSON::PP;
use Mail::SpamAssassin;
use Mail::SpamAssassin::PerMsgStatus;

my $has_parser = eval { require Mail::AuthenticationResults::Parser; 1 };
my $own = decode_json(scalar <STDIN>);
my $assassin = Mail::SpamAssassin->new({
  config_text => "loadplugin Mail::SpamAssassin::Plugin::AuthRes\nauthres_networks all\nauthres_trusted_authserv @$own\n",
  local_tests_only => 1,
  dont_copy_prefs => 1,
});
$assassin->init(0);
$| = 1;
print "ready\n";

while (my $path = <STDIN>) {
  chomp $path;
  open my $file, '<:raw', $path or die "$path: $!";
  my $octets = do { local $/; <$file> };
  my $message = $assassin->parse($octets);
  my $status = Mail::SpamAssassin::PerMsgStatus->new($assassin, $message);
  { local $SIG{__WARN__} = sub { }; $status->extract_message_metadata(); }
  my $found = $status->{authres_parsed} // {};
  my %answer = (SpamAssassin => [map { my $method = $_; map { result($method, $_) } @{$found->{$method}} } sort keys %$found]);
  $answer{'Mail::AuthenticationResults'} = [grep { is_own($_) } $message->get_header('Authentication-Results', 1)]
    if $has_parser;
  print encode_json(\%answer), "\n";
  $status->finish;
  $message->finish;
}

sub result {
  my ($method, $one) = @_;
  return "$method=$one->{result} header.d=" . ($one->{properties}{header}{d} // '');
}

sub is_own {
  my ($value) = @_;
  my $id = eval { lc Mail::AuthenticationResults::Parser->new->parse($value)->value->value } // return 0;
  return scalar grep { $_ eq $id } @$own;
}
