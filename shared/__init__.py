"""What every service and the gateway speak: contracts, delivery kernel, bus, host, settings, errors, clock."""
