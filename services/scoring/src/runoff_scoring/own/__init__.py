"""Scorers of one's own: functions named `module:function`, each in a process that can be killed."""
