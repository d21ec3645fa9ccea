using System.Text.Json.Nodes;

namespace TorchUpscaler.BotServer.World;

/// <summary>A group with the bot in it.</summary>
public sealed class Group : ServerChat
{
    private readonly List<Person> _members;
    private readonly HashSet<long> _administrators = [];
    private readonly HashSet<int> _topics = [];

    internal Group(ServerState state, long id, string title, bool isSuper, IEnumerable<Person> members) : base(state, id)
    {
        (Title, IsSuper, _members) = (title, isSuper, [.. members]);
        state.Add(this);
    }

    /// <inheritdoc/>
    public override string Type => IsSuper ? "supergroup" : "group";

    /// <inheritdoc/>
    public override string Title { get; }

    /// <summary>Whether it is a supergroup.</summary>
    public bool IsSuper { get; }

    /// <summary>What it has become, or null.</summary>
    public Group? Successor { get; private set; }

    /// <summary>Whether it has topics.</summary>
    public bool IsForum { get; private set; }

    /// <summary>Whether the bot may send texts only.</summary>
    public bool TakesNoFiles { get; set; }

    internal bool IsBotOut { get; private set; }

    /// <summary>A member writes.</summary>
    public ServerMessage SendText(Person from, string text, ServerMessage? replyTo = null, int? topic = null) => from.Post(this, topic).Text(text, replyTo);

    /// <summary>A member sends a photo.</summary>
    public ServerMessage SendPhoto(Person from, byte[] picture, string? caption = null, ServerMessage? replyTo = null, int? topic = null) =>
        from.Post(this, topic).Photo(picture, caption, replyTo);

    /// <summary>A member sends a file.</summary>
    public ServerMessage SendDocument(Person from, byte[] bytes, string? name, string? caption = null) => from.Post(this).Document(bytes, name, caption, null);

    /// <summary>A member sends an album.</summary>
    public IReadOnlyList<ServerMessage> SendAlbum(Person from, IReadOnlyList<byte[]> photos, string? caption = null) => from.Post(this).Album(photos, caption);

    /// <summary>Begins a topic: the group is a forum from now on.</summary>
    /// <returns>The topic's number.</returns>
    public int AddTopic(Person by, string name)
    {
        lock (State.Gate)
        {
            IsForum = true;
            var topic = SendText(by, $"the topic {name}").Id;
            _topics.Add(topic);
            return topic;
        }
    }

    /// <summary>Deletes a topic: nothing can be sent to it any more.</summary>
    public void RemoveTopic(int topic)
    {
        lock (State.Gate) _topics.Remove(topic);
    }

    /// <summary>Makes a member an administrator.</summary>
    public void Promote(Person person)
    {
        lock (State.Gate) _administrators.Add(person.Id);
    }

    /// <summary>Throws the bot out.</summary>
    public void RemoveBot(Person by)
    {
        lock (State.Gate)
        {
            IsBotOut = true;
            Note($"{by.FirstName} removes the bot\n");
            State.Updates.Add("my_chat_member", new JsonObject
            {
                ["chat"] = Json.Of(this),
                ["from"] = Json.Of(by),
                ["date"] = State.Now,
                ["old_chat_member"] = Json.Member(State.Options, "member"),
                ["new_chat_member"] = Json.Member(State.Options, "kicked"),
            });
        }
    }

    /// <summary>The group becomes a supergroup: what is sent to its old number is refused with the new one.</summary>
    public Group Migrate(long newId)
    {
        lock (State.Gate)
        {
            Successor = new Group(State, newId, Title, isSuper: true, _members);
            Note("the group becomes a supergroup\n");
            var message = new JsonObject { ["message_id"] = Messages.Count + 1, ["date"] = State.Now, ["chat"] = Json.Of(this), ["migrate_to_chat_id"] = newId };
            State.Updates.Add("message", message);
            return Successor;
        }
    }

    /// <summary>What somebody is in it.</summary>
    internal string StatusOf(long user)
    {
        lock (State.Gate)
        {
            if (_administrators.Contains(user)) return "administrator";
            return _members.Any(member => member.Id == user) ? "member" : "left";
        }
    }

    internal bool HasTopic(long topic)
    {
        lock (State.Gate) return IsForum && _topics.Contains((int)topic);
    }

    internal Person? Member(long user) => _members.FirstOrDefault(member => member.Id == user);
}
