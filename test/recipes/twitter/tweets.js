window.YTD.tweets.part0 = [
  { "tweet" : { "id_str" : "1800000000000000002", "created_at" : "Thu May 30 07:00:00 +0000 2024", "full_text" : "@a yes,\nsure", "in_reply_to_user_id_str" : "1500000000000000001" } },
  { "tweet" : { "id_str" : "1800000000000000003", "created_at" : "Thu May 30 08:00:00 +0000 2024", "full_text" : "alone" } }
]
