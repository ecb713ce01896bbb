"""Settings that all tests share."""

from hypothesis import HealthCheck, settings

# No deadline: a busy machine is slow, not wrong.
settings.register_profile("fastw2v", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fastw2v")
