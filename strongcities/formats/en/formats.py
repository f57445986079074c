DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
TIME_FORMAT = "H:i"
SHORT_DATE_FORMAT = "j M Y"  # 9/30/2015 and 30/9/2015 are both read, and differently
SHORT_DATETIME_FORMAT = "j M Y, H:i"
