package kith.plugin;

/** Rows of both tables as text, in key order, and how many candidates were dropped. */
public final class RecommendedChunk {
  /** No list of recommendations is longer. */
  static final int most = 20;

  public String recommendations;
  public String reasons;
  /** How many of the users they are of, with those who have no row. */
  public long users;
  public long self;
  public long followed;
  public long notGood;

  /** What was written and dropped since the last one. */
  static RecommendedChunk of(long users, TextRows recommendations, TextRows reasons, Candidates candidates) {
    var chunk = new RecommendedChunk();
    chunk.users = users;
    chunk.recommendations = recommendations.take();
    chunk.reasons = reasons.take();
    chunk.self = candidates.self;
    chunk.followed = candidates.followed;
    chunk.notGood = candidates.notGood;
    candidates.self = 0;
    candidates.followed = 0;
    candidates.notGood = 0;
    return chunk;
  }
}
