#!/usr/bin/perl
# Agriculture: an example of a small system that can only ask. It looks into its mailbox and answers by the API.
#
#     perl agriculture.pl access.json
#
# Shows: a cursor that is kept, the long poll, reading again without harm, areas in mu, retrying under the same id.
# Knows only the published contract (docs/integration-guide.md). Core modules; an https:// address needs IO::Socket::SSL.
use strict;
use warnings;
use utf8;

use File::Basename qw(dirname);
use FindBin;
use HTTP::Tiny;
use IO::Handle;
use JSON::PP;
use List::Util qw(min);
use POSIX qw(strftime);
use Time::HiRes qw(sleep time);

$ENV{TZ} = 'Asia/Shanghai';    # days and instants are Beijing's
POSIX::tzset();

our $WAIT_S          = 5;     # of the long poll: so late a withdrawal may be seen
our $LONGEST_PAUSE_S = 60;
our $JSON = JSON::PP->new->utf8->canonical;
our ($access, $file, $state, $token, $api);
# Not by a proxy of the environment: the house is addressed directly.
my $http = HTTP::Tiny->new(timeout => 40, proxy => undef, http_proxy => undef, https_proxy => undef);
my $looked;

$SIG{TERM} = sub { exit 0 };
STDOUT->autoflush(1);
main(@ARGV) unless caller;

sub main {
    my ($access_file, $switch, $fault) = @_;
    die "usage: $0 access.json [--fault NAME]\n"
        unless defined $access_file && (@_ == 1 || (@_ == 3 && $switch eq '--fault'));
    $access = $JSON->decode(slurp($access_file));
    $api    = $access->{api};
    $file   = dirname($access_file) . "/$access->{agency}.state.json";
    $state  = -e $file ? $JSON->decode(slurp($file)) : { tasks => {}, seen => {}, outbox => [] };
    # For tests of the conformance kit only: make one fault on purpose. Leave it out of your own program.
    if (defined $fault) {
        require "$FindBin::Bin/faults.pl";
        misbehave($fault);
    }
    my $ready = 0;
    while (1) {
        eval {
            look();
            send_answers();
            say_json(ready => JSON::PP::true) unless $ready++;
            1;
        } or do {
            my $why = $@;
            say_json(step => 'failed', why => "$why");
            sleep(1);
        };
    }
}

# ---- the mailbox ----------------------------------------------------------------------------------------------------

# What lies above the last position seen; nothing is lost by asking again from 0.
sub look {
    my $wait = $looked++ && !@{ $state->{outbox} } ? $WAIT_S : 0;
    my $page = get('/tasks?limit=50&after=' . ($state->{task_position} || 0) . "&wait=$wait");
    for my $row (@{ $page->{items} }) {
        take($row->{id}, 'issued', $row->{id}, {}, $row->{state});
        keep('task_position', $row->{position});
    }
    $page = get('/task-messages?limit=50&after=' . ($state->{message_position} || 0));
    for my $row (@{ $page->{items} }) {
        take($row->{id}, $row->{kind}, $row->{task_id}, $row->{facts} || {}, undef);
        keep('message_position', $row->{position});
    }
}

sub keep {
    my ($name, $position) = @_;
    $state->{$name} = $position;
    save();
}

# A task or a message, under its id; again it has no second effect. What is not known yet is passed over.
sub take {
    my ($id, $kind, $task_id, $facts, $now) = @_;
    return repeated(@_) if $state->{seen}{$id};
    if    ($kind eq 'issued')                        { offered($task_id, $now) }
    elsif ($kind eq 'returned')                      { returned($task_id, $facts->{points} || []) }
    elsif ($kind =~ /^(?:withdrawn|expired|done)$/)  { ended($task_id, $kind) }
    else                                             { say_json(step => 'passed over', type => $kind) }
    $state->{seen}{$id} = 1;
}

sub repeated { say_json(step => 'repeated', id => $_[0]) }

# ---- the desk: what is answered -------------------------------------------------------------------------------------

sub offered {
    my ($task_id, $now) = @_;
    return if $state->{tasks}{$task_id};
    my $letter = get("/tasks/$task_id")->{form}{'任务'};
    my $task   = $state->{tasks}{$task_id} = { letter => $letter, over => undef, reports => 0, points => [] };
    return $task->{over} = $now if $now =~ /^(?:withdrawn|expired|done|declined)$/;    # over before we looked
    answer($task_id, 'sign', { signed_by => '值班员' }, 1);
}

# 退回补正: the report again, corrected.
sub returned {
    my ($task_id, $points) = @_;
    my $task = $state->{tasks}{$task_id} or return;
    return if $task->{over};
    $task->{points} = $points;
    report($task_id, $task);
}

# Nobody acts on it any more; what was about to be said of it is not said.
sub ended {
    my ($task_id, $how) = @_;
    $state->{tasks}{$task_id}{over} = $how;
    $state->{outbox} = [grep { $_->{task_id} ne $task_id } @{ $state->{outbox} }];
    say_json(step => $how, task => $task_id);
}

# What became of an answer: taken, repeated (it was taken before), or parked with what is wrong in it.
sub receipt {
    my ($entry, $receipt) = @_;
    my $task_id = $entry->{task_id};
    my $task    = $state->{tasks}{$task_id};
    $state->{outbox} = [grep { $_->{answer}{id} ne $entry->{answer}{id} } @{ $state->{outbox} }];
    if ($receipt->{status} eq 'parked') {
        $task->{trouble} = $receipt->{faults};    # a person looks at it: the same again would be parked again
        save();
        say_json(step => 'parked', verb => $entry->{verb}, task => $task_id, faults => $receipt->{faults});
        return;
    }
    next_step($task_id, $task, $entry->{verb}) unless $task->{over};
    save();
    say_json(step => $entry->{verb}, task => $task_id);
}

sub next_step {
    my ($task_id, $task, $done) = @_;
    my $contact = { contact_person => '承办人', contact_phone => '0955-5020000' };
    if    ($done eq 'sign')   { answer($task_id, 'accept', $contact, 1) }
    elsif ($done eq 'accept') { answer($task_id, 'start',  {}, 1) }
    elsif ($done eq 'start')  { report($task_id, $task) }
}

sub report {
    my ($task_id, $task) = @_;
    $task->{reports}++;
    answer($task_id, 'report', { form => form($task) }, $task->{reports});
}

# The trade: how far the land is destroyed, on the form 破坏程度鉴定意见. Areas are in mu, with at most 4 decimals.
sub form {
    my ($task) = @_;
    my $letter = $task->{letter};
    my $area   = 0 + ($letter->{'其中耕地_亩'} || 0);
    my $pbf    = min($area, 0 + ($letter->{'其中永久基本农田_亩'} || 0));
    my $year   = strftime('%Y', localtime);
    my $opinion = $area ? '耕作层被压实、混入砂石，种植条件严重毁坏，剥离后可复耕。' : '种植条件未被破坏。';
    $opinion .= substr('补正：' . join('；', @{ $task->{points} }), 0, 200) if @{ $task->{points} };
    return {
        '文书类型'           => '破坏程度鉴定意见',
        '鉴定日期'           => strftime('%Y-%m-%d', localtime),
        '鉴定意见书编号'        => "耕鉴〔$year〕" . substr($letter->{'委托编号'}, -6) . "-$task->{reports}号",
        '鉴定机构'           => '县耕地破坏鉴定委员会',
        '毁坏面积_亩'         => $area,
        '其中永久基本农田毁坏面积_亩' => $pbf,
        '破坏程度'           => $area ? '严重破坏' : '未破坏',
        '破坏原因'           => '硬化地面、堆放砂石，耕作层被压实。',
        '可否复耕'           => '可恢复',
        '鉴定意见'           => $opinion,
    };
}

# Owed from now on. Its id follows from the task and the step: said twice it is still one answer.
sub answer {
    my ($task_id, $verb, $data, $number) = @_;
    my $answer = compose($task_id, $verb, $data, $number);
    push @{ $state->{outbox} },
        { task_id => $task_id, verb => $verb, answer => $answer, tries => 0, not_before => 0 };
}

sub compose {
    my ($task_id, $verb, $data, $number) = @_;
    return {
        specversion     => '1.0',
        id              => "$task_id.$verb.$number",
        source          => "/agencies/$access->{agency}",
        type            => "tianwei.answer.$verb.v1",
        subject         => $task_id,
        datacontenttype => 'application/json',
        data            => $data,
    };
}

# ---- sending --------------------------------------------------------------------------------------------------------

sub send_answers {
    # A list of its own: a receipt takes its entry out of the outbox meanwhile.
    my @due = grep { $_->{not_before} <= time } @{ $state->{outbox} };
    for my $entry (@due) {
        next if $entry->{tries} && !again($entry);
        my ($status, $body, $wished) = call('POST', '/answers', encode($entry->{answer}), $entry->{answer}{id});
        if ($status == 200) { receipt($entry, $body) }
        elsif ($status >= 500 || $status =~ /^(?:401|408|425|429)$/) {
            say_json(step => 'unanswered', id => $entry->{answer}{id}, why => $status);
            $entry->{tries}++;
            $entry->{not_before} = time + ($wished || min(2**($entry->{tries} - 1), $LONGEST_PAUSE_S));
            save();
        }
        else {    # not understood at all: to say it again would not help
            my $fault = { field => 'body', reason => 'refused', text => "$status " . $JSON->encode($body || {}) };
            receipt($entry, { status => 'parked', faults => [$fault] });
        }
    }
}

# No receipt has come: the same answer, under the same id.
sub again { say_json(step => 'again', id => $_[0]{answer}{id}, tries => $_[0]{tries}); return 1 }

sub encode { return '{"answer":' . $JSON->encode($_[0]) . '}' }

sub get {
    my ($path) = @_;
    my ($status, $body) = call('GET', $path, undef, undef);
    die "$status for $path\n" unless $status == 200;
    return $body;
}

# Status (599: nobody answered), the JSON, and Retry-After in seconds. A token that has run out is replaced once.
sub call {
    my ($method, $path, $content, $key) = @_;
    my $answer;
    for (1, 2) {
        $token = sign_in() unless defined $token;
        return (599, undef, undef) unless defined $token;
        my %headers = ('Authorization' => "Bearer $token", 'Content-Type' => 'application/json');
        $headers{'Idempotency-Key'} = $key if defined $key;
        my %given = (headers => \%headers);
        $given{content} = $content if defined $content;
        $answer = $http->request($method, $api->{base_url} . $path, \%given);
        last if $answer->{status} != 401;
        $token = undef;
    }
    my $wished = $answer->{headers}{'retry-after'};
    $wished = undef unless defined $wished && $wished =~ /^\d{1,5}$/;
    my $body = eval { $JSON->decode($answer->{content}) };
    return (599, undef, undef) if $answer->{status} == 200 && !defined $body;    # cut off half way
    return ($answer->{status}, $body, $wished);
}

sub sign_in {
    my $login  = { grant_type => 'client_credentials', client_id => $api->{login}, client_secret => $api->{password} };
    my $answer = $http->request(
        'POST', $api->{base_url} . $api->{token_path},
        { headers => { 'Content-Type' => 'application/json' }, content => $JSON->encode($login) }
    );
    if ($answer->{status} == 401) {    # trying again and again would lock the account
        print STDERR "the house does not know this login and password\n";
        exit 1;
    }
    return eval { $JSON->decode($answer->{content})->{access_token} };
}

# ---- the state file -------------------------------------------------------------------------------------------------

# Replaced as a whole: after a power cut it is the old one or the new one.
sub save {
    umask 077;    # it holds what letters say of people
    open my $out, '>:raw', "$file.part" or die "$file.part: $!";
    print {$out} $JSON->encode($state) or die "$file.part: $!";
    $out->flush;
    $out->sync;
    close $out or die "$file.part: $!";
    rename "$file.part", $file or die "$file: $!";
}

sub slurp {
    my ($name) = @_;
    open my $in, '<:raw', $name or die "$name: $!\n";
    local $/;
    return scalar <$in>;
}

# One JSON line a step.
sub say_json {
    my (%facts) = @_;
    print $JSON->encode({ at => strftime('%Y-%m-%dT%H:%M:%S+08:00', localtime), %facts }), "\n";
}

1;
