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
  public long blocked;
  public long muted;
  public long followed;
  public long followedSince;
  public long dismissed;
  public long undiscoverable;
  public long inactive;
  public long notGood;

  /** What was written and dropped since the last one. */
  static RecommendedChunk of(long users, TextRows recommendations, TextRows reasons, Candidates candidates) {
    var chunk = new RecommendedChunk();
    chunk.users = users;
    chunk.recommendations = recommendations.take();
    chunk.reasons = reasons.take();
    chunk.self = candidates.takeDropped(Candidates.isSelf);
    chunk.blocked = candidates.takeDropped(Candidates.isBlocked);
    chunk.muted = candidates.takeDropped(Candidates.isMuted);
    chunk.followed = candidates.takeDropped(Candidates.isFollowed);
    chunk.followedSince = candidates.takeDropped(Candidates.isFollowedSince);
    chunk.dismissed = candidates.takeDropped(Candidates.isDismissed);
    chunk.undiscoverable = candidates.takeDropped(Candidates.isHidden);
    chunk.inactive = candidates.takeDropped(Candidates.isInactive);
    chunk.notGood = candidates.takeDropped(Candidates.isBad);
    return chunk;
  }
}
