"""What every Runoff process needs: settings, broker, telemetry, logs, health."""
