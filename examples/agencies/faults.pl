# Faults on purpose, for tests of the conformance kit: `--fault NAME`. Nothing a vendor needs.
# Each replaces one sub of agriculture.pl, so that the example itself stays free of it.
use strict;
use warnings;
use utf8;
no warnings qw(once redefine);

my $LETTER = '对接版本 委托编号 联合执法编号 案号 地块名称 地块坐落 区划代码 经度 纬度 占用人 违法情形 占用面积_亩 '
    . '其中耕地_亩 其中永久基本农田_亩 委托事项 委托依据 应出具文书 踏勘时间 踏勘集合地点 是否加急 签收截止日 出具截止日';
my $ROW = 'id position version state holder agency action_id action_no case_id case_no title matter place acting_at '
    . 'urgent sign_due_on feedback_due_on answer_by issued_at delivered_at signed_at reported_at kind task_id '
    . 'task_version at facts';

my %FAULTS = (
    'answers-twice' => sub {
        my $looked = \&main::look;
        # Forgets what it has seen, and counts its answers anew each time.
        my $turn = 0;
        *main::look = sub {
            $turn++;
            %{ $main::state->{seen} } = ();
            delete @{$main::state}{qw(task_position message_position)};
            Time::HiRes::sleep(0.5);
            $looked->();
        };
        my $offered = \&main::offered;
        *main::offered = sub {
            return $offered->(@_) unless $main::state->{tasks}{ $_[0] };
            return if $main::state->{tasks}{ $_[0] }{twice}++;
            main::answer($_[0], 'sign', { signed_by => '值班员' }, 100 + $turn);
        };
        my $returned = \&main::returned;
        *main::returned = sub { $returned->(@_) unless $main::state->{tasks}{ $_[0] }{returned_once}++ };
    },
    'new-id-on-retry' => sub {
        my $again = \&main::again;
        *main::again = sub { $_[0]{answer}{id} .= '.' . $_[0]{tries}; $again->(@_) };
    },
    'no-retry'      => sub { *main::again = sub { 0 } },
    'wrong-code'    => sub { changed_form(sub { $_[0]{'破坏程度'} = '不明' }) },
    'missing-field' => sub { changed_form(sub { delete $_[0]{'鉴定意见书编号'} }) },
    'wrong-unit'    => sub {
        changed_form(sub { $_[0]{'毁坏面积_平方米'} = sprintf('%.2f', delete($_[0]{'毁坏面积_亩'}) * 2000 / 3) + 0 });
    },
    'wrong-task' => sub {
        changed_answer(sub { $_[0]{subject} = '01900000-0000-7000-8000-00000000dead' if $_[1] eq 'report' });
    },
    'wrong-source' => sub { changed_answer(sub { $_[0]{source} = '/agencies/township' }) },
    'not-json'     => sub {
        my $encode = \&main::encode;
        *main::encode = sub { $_[0]{type} =~ /report/ ? '{"answer": {"specversion": "1.0", "id": ' : $encode->(@_) };
    },
    'report-before-accept' => sub {
        my $next = \&main::next_step;
        *main::next_step = sub { $_[2] eq 'sign' ? main::report($_[0], $_[1]) : $next->(@_) };
    },
    'report-after-withdrawal' => sub {
        my $ended = \&main::ended;
        *main::ended = sub {
            $ended->(@_);
            my $task = $main::state->{tasks}{ $_[0] };
            main::report($_[0], $task) if $_[1] eq 'withdrawn' && $task->{letter};
        };
    },
    'ignores-correction'      => sub { *main::returned = sub { } },
    'never-signs'             => sub { *main::offered  = sub { } },
    'breaks-on-unknown-field' => sub {
        my $get = \&main::get;
        *main::get = sub {
            my $answer = $get->(@_);
            refuse_unknown($ROW, $_) for @{ $answer->{items} || [] };
            refuse_unknown($LETTER, $answer->{form}{'任务'}) if $answer->{form};
            return $answer;
        };
    },
    'breaks-on-unknown-type' => sub {
        my $take = \&main::take;
        *main::take = sub {
            die "unknown kind $_[1]\n" if $_[1] !~ /^(?:issued|withdrawn|expired|returned|done|shared_result)$/;
            $take->(@_);
        };
    },
);

sub misbehave {
    my ($name) = @_;
    my $fault = $FAULTS{$name} or do {
        print STDERR "$name is no fault of this program; there are: " . join(', ', sort keys %FAULTS) . "\n";
        exit 1;
    };
    $fault->();
}

sub changed_form {
    my ($change) = @_;
    my $form = \&main::form;
    *main::form = sub { my $made = $form->(@_); $change->($made); $made };
}

sub changed_answer {
    my ($change) = @_;
    my $compose = \&main::compose;
    *main::compose = sub { my $made = $compose->(@_); $change->($made, $_[1]); $made };
}

sub refuse_unknown {
    my ($known, $given) = @_;
    my %known = map { $_ => 1 } split ' ', $known;
    for my $name (keys %$given) { die "unknown field $name\n" unless $known{$name} }
}

1;
