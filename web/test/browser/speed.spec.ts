import { mkdirSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { expect, shots, test } from './kit';

test.describe.configure({ mode: 'serial' });

/** How often this browser paints on this machine when a page does nothing: what the graph is measured against. */
async function blankGap(page: Page): Promise<number> {
  await page.goto('/community');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page.evaluate(async () => {
    const gaps: number[] = [];
    const box = document.body.appendChild(document.createElement('canvas'));
    let last = performance.now();
    await new Promise<void>((done) => {
      const turn = (now: number): void => {
        gaps.push(now - last);
        last = now;
        box.getContext('2d')!.clearRect(0, 0, 9, 9);
        if (gaps.length < 180) requestAnimationFrame(turn);
        else done();
      };
      requestAnimationFrame(turn);
    });
    return gaps.sort((left, right) => left - right)[90]!;
  });
}

interface Sample { frames: number; median: number; p95: number; cost: number; dots: number; nodes: number }

test('a hundred nodes move at the speed of the screen', async ({ page }) => {
  const answer = await (await page.request.get('/api/topology')).json() as { nodes: unknown[] };
  expect(answer.nodes.length).toBeGreaterThan(100);
  const blank = await blankGap(page);
  await page.goto('/topology');
  const graph = page.getByRole('application');
  const scene = () => graph.evaluate((host) => {
    const { scene: one } = host.querySelector('canvas') as unknown as { scene: { frames: number; dotCount: number } };
    return { frames: one.frames, dots: one.dotCount };
  });
  await expect.poll(async () => (await scene()).dots).toBeGreaterThan(150);
  const sample = await graph.evaluate(async (host, nodes): Promise<Sample> => {
    const { scene: one } = host.querySelector('canvas') as unknown as { scene: { frames: number; dotCount: number; cost: Float32Array } };
    const times: number[] = [];
    await new Promise<void>((done) => {
      const turn = (now: number): void => {
        times.push(now);
        if (now - times[0]! < 5000) requestAnimationFrame(turn);
        else done();
      };
      requestAnimationFrame(turn);
    });
    const gaps = times.slice(1).map((time, index) => time - times[index]!).sort((left, right) => left - right);
    const cost = [...one.cost].sort((left, right) => left - right);
    return { frames: gaps.length / 5, median: gaps[Math.floor(gaps.length / 2)]!, p95: gaps[Math.floor(gaps.length * 0.95)]!, cost: cost[Math.floor(cost.length * 0.95)]!, dots: one.dotCount, nodes };
  }, answer.nodes.length);
  mkdirSync(shots, { recursive: true });
  writeFileSync(`${shots}/frame-rate.json`, `${JSON.stringify(sample, null, 2)}\n`);
  console.log(`${sample.nodes} nodes, ${sample.dots} dots: ${sample.frames.toFixed(1)} frames/s, median gap ${sample.median.toFixed(1)} ms, p95 ${sample.p95.toFixed(1)} ms; script p95 ${sample.cost.toFixed(2)} ms a frame; a page that does nothing: ${blank.toFixed(1)} ms`);
  // What the program needs of a frame is its own; how often the browser paints also depends on what else the machine does.
  expect(sample.cost).toBeLessThan(8);
  expect(sample.median).toBeLessThan(Math.max(17.5, blank * 1.35));
});
