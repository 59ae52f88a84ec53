/** Leaderboards on sorted sets: members by id, and members that carry their metadata. */
import { expect, it } from "vitest";
import { describeOnClients, kv, pass, START } from "./support.js";

async function updateScore(userId: number, score: number) {
  await kv.zadd("leaderboard", { score, member: userId.toString() });
}

async function getTopPlayers(limit: number = 10) {
  const top = await kv.zrange("leaderboard", 0, limit - 1, { rev: true, withScores: true });
  return top;
}

async function getUserRank(userId: number) {
  const rank = await kv.zrevrank("leaderboard", userId.toString());
  return rank !== null ? rank + 1 : null;
}

describeOnClients("Leaderboard", () => {
  it("lists the top players with their scores, ids and scores in turn", async () => {
    await updateScore(1, 300);
    await updateScore(2, 500);
    await updateScore(3, 400);
    expect(await getTopPlayers(2)).toEqual([2, 500, 3, 400]);
    expect(await getTopPlayers()).toEqual([2, 500, 3, 400, 1, 300]);
  });

  it("ranks the highest score first, and nobody who has none", async () => {
    await updateScore(1, 300);
    await updateScore(2, 500);
    expect(await getUserRank(2)).toBe(1);
    expect(await getUserRank(1)).toBe(2);
    expect(await getUserRank(3)).toBeNull();
  });

  it("moves a player by a new score", async () => {
    await updateScore(1, 300);
    await updateScore(2, 500);
    await updateScore(1, 501.5);
    expect(await getTopPlayers()).toEqual([1, 501.5, 2, 500]);
    expect(await getUserRank(1)).toBe(1);
  });

  it("lists ties in the reverse order of their ids' text", async () => {
    await updateScore(9, 100);
    await updateScore(10, 100);
    expect(await getTopPlayers()).toEqual([9, 100, 10, 100]);
    expect(await getUserRank(10)).toBe(2);
  });

  it("lists no more than ten by default", async () => {
    for (let userId = 1; userId <= 12; userId++) await updateScore(userId, userId);
    expect(await getTopPlayers()).toHaveLength(20);
  });

  it("is empty at first", async () => {
    expect(await getTopPlayers()).toEqual([]);
  });
});

interface Entry {
  userId: string;
  score: number;
  metadata?: unknown;
}

class RealtimeFeatures {
  async updateLeaderboard(gameId: string, userId: string, score: number, metadata?: unknown) {
    const leaderboardKey = `leaderboard:${gameId}`;
    const uniqueScore = score * 1_000_000 + (Date.now() % 1_000_000);
    const memberData = JSON.stringify({ userId, score, metadata });
    await kv.zadd(leaderboardKey, { score: uniqueScore, member: memberData });
    const topPlayers = await kv.zrange<Entry[]>(leaderboardKey, 0, 9, { rev: true });
    return topPlayers.map((member, index) => Object.assign({ rank: index + 1 }, member));
  }

  async getUserRank(gameId: string, userId: string) {
    const leaderboardKey = `leaderboard:${gameId}`;
    const pipeline = kv.pipeline();
    pipeline.zrange(leaderboardKey, 0, -1, { rev: true });
    const [allPlayers] = await pipeline.exec<[Entry[]]>();
    for (const [index, player] of allPlayers.entries()) {
      if (player.userId === userId) {
        return { rank: index + 1, score: player.score };
      }
    }
    return null;
  }
}

describeOnClients("Real-time leaderboard", () => {
  it("has no zrevrange, on the client or in a pipeline: zrange takes { rev: true }", () => {
    expect(() => {
      // @ts-expect-error The client has no zrevrange().
      kv.zrevrange("leaderboard:1", 0, 9);
    }).toThrow("kv.zrevrange is not a function");
    const pipeline = kv.pipeline();
    expect(() => {
      // @ts-expect-error The pipeline has no zrevrange().
      pipeline.zrevrange("leaderboard:1", 0, -1);
    }).toThrow("pipeline.zrevrange is not a function");
  });

  it("takes no positional score: zadd rejects with a TypeError", async () => {
    // @ts-expect-error zadd takes { score, member }.
    await expect(kv.zadd("leaderboard:1", 100, "member")).rejects.toThrow(TypeError);
  });

  it("answers the players by rank with their metadata", async () => {
    const game = new RealtimeFeatures();
    await game.updateLeaderboard("chess", "ada", 100, { country: "UK" });
    expect(await game.updateLeaderboard("chess", "bob", 200)).toEqual([
      { rank: 1, userId: "bob", score: 200 },
      { rank: 2, userId: "ada", score: 100, metadata: { country: "UK" } },
    ]);
  });

  it("breaks a tie by the time: the later of equal scores ranks first", async () => {
    const game = new RealtimeFeatures();
    expect(START.getTime() % 1_000_000).toBeLessThan(999_999);
    await game.updateLeaderboard("chess", "ada", 100);
    pass({ seconds: 0.001 });
    await game.updateLeaderboard("chess", "bob", 100);
    expect(await game.getUserRank("chess", "bob")).toEqual({ rank: 1, score: 100 });
    expect(await game.getUserRank("chess", "ada")).toEqual({ rank: 2, score: 100 });
    expect(await game.getUserRank("chess", "eve")).toBeNull();
    expect(await game.getUserRank("go", "ada")).toBeNull();
  });

  it("lists a player once for each score: the score is part of the member", async () => {
    const game = new RealtimeFeatures();
    await game.updateLeaderboard("chess", "ada", 100);
    expect(await game.updateLeaderboard("chess", "ada", 150)).toEqual([
      { rank: 1, userId: "ada", score: 150 },
      { rank: 2, userId: "ada", score: 100 },
    ]);
  });

  it("answers the first ten", async () => {
    const game = new RealtimeFeatures();
    for (let score = 1; score <= 11; score++) {
      await game.updateLeaderboard("chess", `player ${score}`, score);
    }
    const top = await game.updateLeaderboard("chess", "ada", 100);
    expect(top).toHaveLength(10);
    expect(top[9]).toEqual({ rank: 10, userId: "player 3", score: 3 });
  });
});
