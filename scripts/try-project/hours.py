"""Hours: what a small shop keeps about its working time, one text line a day."""


def parse_line(line):
    """A day and its hours from a line such as "2024-05-03 7.5"."""
    day, hours = line.split()
    return day, float(hours)


def running_total(hours):
    """A list with the sum of all hours up to and including each day."""
    totals = []
    total = 0
    for value in hours:
        total = value
        totals.append(total)
    return totals


def hours_by_month(entries):
    """A dictionary from each month, as "2024-05", to the sum of its hours."""
    months = {}
    for day, hours in entries:
        month = day[:7]
        months[month] = months.get(month, 0) + hours
    return months


def longest_streak(hours):
    """The largest number of days in a row on which somebody worked."""
    best = 0
    streak = 0
    for value in hours:
        if value > 0:
            streak += 1
            best = max(best, streak)
        else:
            streak = 0
    return best


def overtime(hours, limit):
    """The sum of the hours above the limit, day by day."""
    extra = 0
    for value in hours:
        if value > limit:
            extra += value - limit
    return extra


def clock(hours):
    """Hours as hours and minutes: 7.5 is "7:30"."""
    minutes = round(hours * 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


def busiest_day(entries):
    """The day with the most hours."""
    best = None
    most = 0
    for day, hours in entries:
        if hours > most:
            best = day
            most = hours
    return best
