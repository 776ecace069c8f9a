"""Prints the XNYS sessions of 2020 to 2030 as PyPI's exchange_calendars has them: date, open and close in UTC.

Makes xnys-sessions-2020-2030.csv, and is what the calendar is compared with where the package is installed. Exit code 3: it is not.
"""

import sys

try:
    import exchange_calendars
except ImportError:
    sys.exit(3)

calendar = exchange_calendars.get_calendar("XNYS", start="2020-01-01", end="2030-12-31")
print("# XNYS regular sessions 2020-01-01 to 2030-12-31, times in UTC.")
print(f"# Made by: python3 print-xnys-sessions.py, with exchange_calendars {exchange_calendars.__version__} of PyPI.")
print("date,open,close")
for day, row in calendar.schedule.iterrows():
    times = [row[column].strftime("%Y-%m-%dT%H:%M:%S.000Z") for column in ("open", "close")]
    print(",".join([day.strftime("%Y-%m-%d"), *times]))
