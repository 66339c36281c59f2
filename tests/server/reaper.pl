# What Ryuk does, in few words, for where its image cannot be had: told a label on port 8080, it removes the containers
# that bear it once the one who told is gone, and ends.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;

$| = 1;
my ($seconds) = ($ENV{RYUK_RECONNECTION_TIMEOUT} || "10s") =~ /(\d+)/;

sub engine {
    my ($method, $path) = @_;
    my $socket = IO::Socket::UNIX->new(Peer => "/var/run/docker.sock") or die "no engine: $!";
    print $socket "$method $path HTTP/1.0\r\nHost: docker\r\n\r\n";
    local $/;
    return scalar <$socket>;
}

my $door = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die "no port: $!";
print "2026/01/01 00:00:00 Started!\n";
my ($open, %labels) = IO::Select->new($door);
while (my @ready = $open->can_read($open->count > 1 || !%labels ? 60 : $seconds)) {
    for my $one (@ready) {
        if ($one == $door) {
            $open->add(scalar $door->accept);
        } elsif (defined(my $line = <$one>)) {
            $labels{$1} = 1 if $line =~ /^label=(\S+)/;
            print $one "ACK\n";
        } else {
            $open->remove($one);
            close $one;
        }
    }
}
for my $label (keys %labels) {
    my $said = engine("GET", "/containers/json?all=1&filters=%7B%22label%22%3A%5B%22$label%22%5D%7D");
    engine("DELETE", "/containers/$_?force=1&v=1") for $said =~ /"Id":"([0-9a-f]+)"/g;
}
