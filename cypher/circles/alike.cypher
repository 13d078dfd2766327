// The second step of circles for the users v with $first <= userId < $end: whom the people around v engage with. The
// first must be done for everybody. The circle of v is everybody who has v among their ties, each with a voice that is
// smaller the more ties they have, and v, with three voices if they have ties themself. num(v, w) is the sum of
// voice × vote over all of them who have w among their closest.
//   alike        user ids, at most 50: the largest num, equal ones by lower id
//   alikeShares  parallel to alike: num / circleMass in 1e-7, rounded down
//   circleMass   den(v): the sum of all voices, and 30000 for three people who engage with nobody
// Whoever has v among their ties and v have to do with each other, so members are found among those around v: they are
// read from there, with activities as of $asOf in a $window of seconds. A user whose circle is empty gets none of the
// three; one without ties may have a circle, since who mutes others may be among their ties.
MATCH (v:User)
WHERE v.userId >= $first AND v.userId < $end
// By the number of ties, 0 to 20: 10^4 / √n, rounded.
WITH
  v,
  [
    0, 10000, 7071, 5774, 5000, 4472, 4082, 3780, 3536, 3333, 3162,
    3015, 2887, 2774, 2673, 2582, 2500, 2425, 2357, 2294, 2236
  ] AS voices
CALL (v, voices) {
  MATCH (v)-[r:FOLLOWED|REPLIED_TO|LIKED|MENTIONED]-(x)
  WHERE r.at > $asOf - $window AND r.at <= $asOf
  WITH DISTINCT v, x, voices
  WHERE v.userId IN x.ties
  RETURN collect([x, voices[size(x.ties)]]) AS others
}
WITH v, others + CASE WHEN v.ties IS NULL THEN [] ELSE [[v, 3 * voices[size(v.ties)]]] END AS circle
WITH v, circle, reduce(mass = 30000, member IN circle | mass + member[1]) AS mass
CALL (circle) {
  UNWIND circle AS member
  WITH member[0] AS x, member[1] AS voice
  WHERE x.closest IS NOT NULL
  WITH x.closest AS ws, x.closestVotes AS votes, voice
  UNWIND range(0, size(ws) - 1) AS i
  WITH ws[i] AS w, sum(voice * votes[i]) AS num
  ORDER BY num DESC, w
  LIMIT 50
  RETURN collect(w) AS alike, collect(num) AS nums
}
SET
  v.alike = CASE WHEN size(alike) > 0 THEN alike END,
  v.alikeShares = CASE
    WHEN size(alike) > 0 THEN [num IN nums | num / mass * 10000000 + num % mass * 10000000 / mass]
  END,
  v.circleMass = CASE WHEN size(circle) > 0 THEN mass END
