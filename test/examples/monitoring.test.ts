/** Monitoring: metrics from INFO and DBSIZE, and an alert when they pass a limit. */
import { expect, it, vi } from "vitest";
import { describeOnClients, emulator, kv, pass, START } from "./support.js";

interface AlertConfig {
  maxResponseTime: number;
  maxMemoryUtilization: number;
}

interface Alert {
  type: string;
  metric: string;
  value: number;
  threshold: number;
}

class KVMonitor {
  readonly alerts: Alert[] = [];

  async collectMetrics() {
    const start = Date.now();
    await kv.ping();
    const responseTime = Date.now() - start;
    const [stats, memory, clients, server, keyspace, totalKeys] = await Promise.all([
      kv.exec<string>(["INFO", "stats"]),
      kv.exec<string>(["INFO", "memory"]),
      kv.exec<string>(["INFO", "clients"]),
      kv.exec<string>(["INFO", "server"]),
      kv.exec<string>(["INFO", "keyspace"]),
      kv.dbsize(),
    ]);
    return {
      performance: this.parsePerformanceMetrics(stats, responseTime),
      usage: this.parseUsageMetrics(totalKeys, stats, memory, keyspace),
      health: this.parseHealthMetrics(clients, server),
    };
  }

  setupAlerts(alertConfig: AlertConfig): () => void {
    const monitor = async () => {
      const metrics = await this.collectMetrics();
      if (metrics.performance.responseTime > alertConfig.maxResponseTime) {
        this.triggerAlert({
          type: "PERFORMANCE",
          metric: "response_time",
          value: metrics.performance.responseTime,
          threshold: alertConfig.maxResponseTime,
        });
      }
      if (metrics.usage.memoryUtilization > alertConfig.maxMemoryUtilization) {
        this.triggerAlert({
          type: "CAPACITY",
          metric: "memory_utilization",
          value: metrics.usage.memoryUtilization,
          threshold: alertConfig.maxMemoryUtilization,
        });
      }
    };
    const timer = setInterval(() => void monitor(), 60_000);
    return () => clearInterval(timer);
  }

  private parsePerformanceMetrics(stats: string, responseTime: number) {
    return { responseTime, commands: Number(field(stats, "total_commands_processed")) };
  }

  private parseUsageMetrics(totalKeys: number, stats: string, memory: string, keyspace: string) {
    const hits = Number(field(stats, "keyspace_hits"));
    const limit = Number(field(memory, "maxmemory"));
    const misses = Number(field(stats, "keyspace_misses"));
    return {
      totalKeys,
      memoryUtilization: Number(field(memory, "used_memory")) / limit || 0,
      expiringKeys: Number(/expires=(\d+)/.exec(keyspace)?.[1] ?? 0),
      hitRate: hits / (hits + misses) || 0,
    };
  }

  private parseHealthMetrics(clients: string, server: string) {
    return {
      connectedClients: Number(field(clients, "connected_clients")),
      uptime: Number(field(server, "uptime_in_seconds")),
      version: field(server, "redis_version"),
    };
  }

  private triggerAlert(alert: Alert): void {
    this.alerts.push(alert);
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, "m").exec(info)?.[1] ?? "";
}

describeOnClients("Monitoring", () => {
  it("has no info() on the client or its pipeline: INFO goes through exec", async () => {
    expect(() => {
      // @ts-expect-error The client has no info().
      kv.info("stats");
    }).toThrow("kv.info is not a function");
    const pipeline = kv.pipeline();
    expect(() => {
      // @ts-expect-error The pipeline has no info().
      pipeline.info("stats");
    }).toThrow("pipeline.info is not a function");
    expect(await kv.exec(["INFO", "clients"])).toMatch(/^# Clients\r\nconnected_clients:1\r\n/);
  });

  it("collects keys, hits, commands and the uptime", async () => {
    await kv.set("a", 1);
    await kv.set("b", 2, { ex: 60 });
    await kv.get("a");
    await kv.get("missing");
    pass({ seconds: 30 });
    const { performance, usage, health } = await new KVMonitor().collectMetrics();
    expect(usage).toMatchObject({ totalKeys: 2, expiringKeys: 1, hitRate: 0.5 });
    expect(usage.memoryUtilization).toBeLessThan(0.01);
    expect(performance.responseTime).toBe(0);
    expect(performance.commands).toBeGreaterThanOrEqual(5);
    expect(health).toMatchObject({ connectedClients: 1, uptime: 30 });
    expect(health.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("counts the keys that have expired out", async () => {
    await kv.set("b", 2, { ex: 60 });
    pass({ seconds: 60 });
    const { usage } = await new KVMonitor().collectMetrics();
    expect(usage).toMatchObject({ totalKeys: 0, expiringKeys: 0, hitRate: 0 });
    expect(field(await kv.exec<string>(["INFO", "stats"]), "expired_keys")).toBe("1");
  });

  it("raises an alert in the minute in which the database is slow", async () => {
    vi.useFakeTimers({ toFake: ["Date", "setInterval", "clearInterval"], now: START });
    const monitor = new KVMonitor();
    const collect = vi.spyOn(monitor, "collectMetrics");
    const stop = monitor.setupAlerts({ maxResponseTime: 100, maxMemoryUtilization: 0.8 });
    pass({ seconds: 59.999 });
    expect(collect).not.toHaveBeenCalled();
    pass({ seconds: 0.001 });
    await collect.mock.results[0]?.value;
    expect(monitor.alerts).toEqual([]);

    emulator.intercept((call, next) => {
      pass({ seconds: 0.25 });
      return next(call);
    });
    pass({ seconds: 60 });
    await collect.mock.results[1]?.value;
    stop();
    expect(monitor.alerts).toEqual([
      { type: "PERFORMANCE", metric: "response_time", value: 250, threshold: 100 },
    ]);
  });
});
