import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import type { MetricObject, MetricValue, Registry } from 'prom-client';

/** Offers what the Prometheus registry holds to OpenTelemetry's reader, so that each metric is counted once, in one place. */
export function prometheusProducer(registry: Registry): MetricProducer {
  const startTime = toHrTime(Date.now());
  return {
    collect: async () => {
      const endTime = toHrTime(Date.now());
      const metrics = (await registry.getMetricsAsJSON()).flatMap((metric) =>
        toMetricData(metric, startTime, endTime),
      );
      return {
        resourceMetrics: {
          resource: resourceFromAttributes({}),
          scopeMetrics: [{ scope: { name: 'tollgate' }, metrics }],
        },
        errors: [],
      };
    },
  };
}

type Sample = MetricValue<string> & { readonly metricName?: string };
type Described = MetricObject & { readonly values: readonly Sample[] };

function toMetricData(metric: Described, startTime: HrTime, endTime: HrTime): MetricData[] {
  const base = {
    descriptor: {
      name: metric.name,
      description: metric.help,
      unit: '',
      valueType: ValueType.DOUBLE,
    },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  };
  const points = (): DataPoint<number>[] =>
    metric.values.map((sample) => ({
      startTime,
      endTime,
      attributes: attributesOf(sample),
      value: Number(sample.value),
    }));
  switch (String(metric.type)) {
    case 'counter':
      return [
        { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: points() },
      ];
    case 'gauge':
      return [{ ...base, dataPointType: DataPointType.GAUGE, dataPoints: points() }];
    case 'histogram':
      return [
        {
          ...base,
          dataPointType: DataPointType.HISTOGRAM,
          dataPoints: histograms(metric, startTime, endTime),
        },
      ];
    default:
      return [];
  }
}

interface Cumulative {
  readonly attributes: Attributes;
  readonly bounds: { readonly le: number; readonly count: number }[];
  sum: number;
  count: number;
}

function histograms(metric: Described, startTime: HrTime, endTime: HrTime): DataPoint<Histogram>[] {
  const series = new Map<string, Cumulative>();
  for (const sample of metric.values) {
    const attributes = attributesOf(sample);
    const key = JSON.stringify(Object.entries(attributes).sort());
    const found = series.get(key) ?? { attributes, bounds: [], sum: 0, count: 0 };
    series.set(key, found);
    const value = Number(sample.value);
    const le = sample.labels.le;
    if (le !== undefined)
      found.bounds.push({ le: Number(le === '+Inf' ? Infinity : le), count: value });
    else if (sample.metricName?.endsWith('_sum')) found.sum = value;
    else if (sample.metricName?.endsWith('_count')) found.count = value;
  }
  return [...series.values()].map((one) => ({
    startTime,
    endTime,
    attributes: one.attributes,
    value: toHistogram(one),
  }));
}

/** Prometheus counts each bucket with all below it; OpenTelemetry counts each by itself. */
function toHistogram(one: Cumulative): Histogram {
  const sorted = [...one.bounds].sort((a, b) => a.le - b.le);
  const counts = sorted.map((bound, index) => bound.count - (sorted[index - 1]?.count ?? 0));
  const finite = sorted.map((bound) => bound.le).filter(Number.isFinite);
  const counted = counts.reduce((sum, count) => sum + count, 0);
  if (counts.length === finite.length) counts.push(Math.max(0, one.count - counted));
  return { buckets: { boundaries: finite, counts }, sum: one.sum, count: one.count };
}

function attributesOf(sample: Sample): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(sample.labels)) {
    if (name !== 'le' && value !== undefined) attributes[name] = value;
  }
  return attributes;
}

function toHrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)];
}
