window.YTD.following.part0 = [ {
  "following" : { "accountId" : "1500000000000000001", "userLink" : "https://twitter.com/intent/user?user_id=1500000000000000001" }
} ]
