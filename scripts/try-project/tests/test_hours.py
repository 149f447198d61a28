from hours import busiest_day, clock, hours_by_month, longest_streak, overtime, parse_line, running_total

ENTRIES = [("2024-05-03", 7.5), ("2024-05-04", 9.0), ("2024-06-01", 4.0)]


def test_parse_line():
    assert parse_line("2024-05-03 7.5") == ("2024-05-03", 7.5)


def test_running_total():
    assert running_total([]) == []
    assert running_total([8, 4, 6]) == [8, 12, 18]


def test_hours_by_month():
    assert hours_by_month(ENTRIES) == {"2024-05": 16.5, "2024-06": 4.0}


def test_longest_streak():
    assert longest_streak([0, 0]) == 0
    assert longest_streak([8, 8, 0, 8, 8, 8, 0, 8]) == 3


def test_overtime():
    assert overtime([7, 9, 10.5], 8) == 3.5
    assert overtime([7, 6], 8) == 0


def test_clock():
    assert clock(7.5) == "7:30"
    assert clock(8.05) == "8:03"


def test_busiest_day():
    assert busiest_day(ENTRIES) == "2024-05-04"
