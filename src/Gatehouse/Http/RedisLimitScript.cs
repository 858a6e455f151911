namespace Gatehouse.Http;

/// <summary>
/// <see cref="Stamps"/> in Redis's own language, so that check and count are one step there: a script runs alone. Its
/// answers are that class's; <c>LimitStoreTests</c> compares the two over random histories.
/// </summary>
internal static class RedisLimitScript
{
    /// <summary>
    /// Keys: stamps (a list, oldest first), places (a list of when each comes back), row (failures in a row). Arguments:
    /// verb, now, permits, window, longest wait, remembered, life of a place; to end: the place, and failed or succeeded.
    /// </summary>
    public const string Text = """
        local stamps, places, row = KEYS[1], KEYS[2], KEYS[3]
        local verb, now, permits, window = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
        local longest, remembered, life = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])

        -- Lua's own way to write a number keeps 14 digits; microseconds have 16.
        local function text(number) return string.format('%.0f', number) end

        -- Clean-up alone, by Redis's clock, and so a minute late: what counts is decided by the nodes' times above.
        local function expire(key, at) redis.call('PEXPIRE', key, math.max(0, math.ceil((at - now) / 1000)) + 60000) end

        local function drop(key, life_of_one)
            local oldest = redis.call('LINDEX', key, 0)
            while oldest and tonumber(oldest) + life_of_one <= now do
                redis.call('LPOP', key)
                oldest = redis.call('LINDEX', key, 0)
            end
        end

        local function wait()
            drop(stamps, window)
            local count = redis.call('LLEN', stamps)
            if count < permits then return nil end
            return tonumber(redis.call('LINDEX', stamps, count - permits)) + window - now
        end

        local function take()
            local full = wait()
            if full then return full end
            local newest = tonumber(redis.call('LINDEX', stamps, -1) or now)
            local at = math.max(now, newest)
            redis.call('RPUSH', stamps, text(at))
            expire(stamps, at + window)
            return nil
        end

        local known = redis.call('HMGET', row, 'count', 'last', 'blocked')
        local failures, last, blocked = tonumber(known[1] or 0), tonumber(known[2] or 0), tonumber(known[3] or 0)
        if failures > 0 and now - last > remembered and blocked <= now then failures = 0 end

        local function wait_after_failures()
            local full = wait()
            if blocked > now and (not full or blocked - now > full) then return blocked - now end
            return full
        end

        local function fail()
            take()
            failures, last = failures + 1, now
            if failures > permits then
                local doublings = math.min(failures - permits, 30)
                blocked = now + math.max(window, math.min(longest, window * 2 ^ doublings))
            end
            redis.call('HMSET', row, 'count', text(failures), 'last', text(last), 'blocked', text(blocked))
            expire(row, math.max(last + remembered, blocked))
        end

        if verb == 'take' or verb == 'peek' then
            local full
            if verb == 'take' then full = take() else full = wait() end
            return { full and 1 or 0, full or 0 }
        elseif verb == 'begin' then
            local full = wait_after_failures()
            if full then return { 1, full } end
            drop(places, 0)
            if redis.call('LLEN', stamps) + redis.call('LLEN', places) >= permits then return { 2, 0 } end
            redis.call('RPUSH', places, text(now + life))
            expire(places, now + life)
            return { 0, now + life }
        elseif verb == 'end' then
            redis.call('LREM', places, 1, ARGV[8])
            local before = failures
            if ARGV[9] == 'failed' then
                fail()
                return { before, wait_after_failures() and 1 or 0 }
            end
            if ARGV[9] == 'succeeded' then redis.call('DEL', row) end
            return { before, 0 }
        else
            redis.call('DEL', stamps, row)
            return { 0, 0 }
        end
        """;
}
